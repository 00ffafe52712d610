/** How the meta-step falls. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { metaStepAt } from '../../../src/training/meta/schedule.js'

const settings = { metaStep: 0.8, final: 0.25, iterations: 8 }

describe('the meta-step', () => {
  test.each([
    { schedule: 'constant', values: [0.8, 0.8, 0.8, 0.8, 0.8] },
    { schedule: 'linear', values: [0.8, 0.65, 0.5, 0.35, 0.2] },
    { schedule: 'cosine', values: [0.8, 0.5 + 0.3 * Math.SQRT1_2, 0.5, 0.5 - 0.3 * Math.SQRT1_2, 0.2] },
  ] as const)('falls as it is said: $schedule', ({ schedule, values }) => {
    values.forEach((value, quarter) => {
      expect(metaStepAt({ ...settings, schedule }, 2 * quarter)).toBeCloseTo(value, 12)
    })
  })

  test('never grows, and stays between its ends, whatever the schedule', () => {
    const schedules = fc.record({
      schedule: fc.constantFrom('constant', 'linear', 'cosine'),
      metaStep: fc.double({ min: 0.01, max: 10, noNaN: true }),
      final: fc.double({ min: 0, max: 1, noNaN: true }),
      iterations: fc.integer({ min: 1, max: 60 }),
    })
    fc.assert(
      fc.property(schedules, (any) => {
        // One more than there are: beyond the end it stays where it is.
        const steps = Array.from({ length: any.iterations + 2 }, (_, iteration) => metaStepAt(any, iteration))
        expect(steps[0]).toBeCloseTo(any.metaStep, 10)
        steps.forEach((step, i) => {
          expect(step).toBeLessThanOrEqual((steps[i - 1] ?? any.metaStep) + 1e-12)
          expect(step).toBeGreaterThanOrEqual(any.metaStep * any.final - 1e-12)
        })
      }),
      { seed: 1 },
    )
  })
})
