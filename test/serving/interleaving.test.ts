/** Who else is at work, and where the borders of slices fall, leaves no trace in what an adaptation learns. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Adaptation, Learner } from '../../src/learner/learner.js'
import { Predictions } from '../../src/serving/predictions.js'
import { Scheduler } from '../../src/serving/scheduler.js'
import { runSliced } from '../../src/serving/sliced-work.js'
import { supportSet } from '../../src/serving/support.js'
import { createTestEngine } from '../engines.js'
import { expectSame, expectSameBits } from '../learner/closeness.js'
import { HandClock, settled } from './hand-clock.js'
import { tinyImages } from './tiny-models.js'
import { drawings, pattern, taskOf } from './tiny-service.js'
import { WatchedLearner } from './watched-learner.js'

interface Learns {
  readonly does: 'adapt'
  readonly tenant: string
  readonly labels: readonly string[]
  readonly mark: number
  readonly steps: number
  readonly seed: number
  /** Turns of the event loop, each of which is a slice of somebody's. */
  readonly arrival: number
  /** Turns after the arrival; undefined: it waits. */
  readonly patience: number | undefined
}

interface Asks {
  readonly does: 'predict'
  readonly tenant: string
  readonly inputs: number
  readonly arrival: number
}

const tenant = fc.constantFrom('t', 'u', 'v')
/** The engine takes at most 50 steps of this model in a slice. */
const learns = fc.record<Learns>({
  does: fc.constant('adapt'),
  tenant,
  labels: fc.constantFrom(['x', 'y'], ['x', 'y', 'z'], ['x', 'y', 'x', 'z', 'y']),
  mark: fc.integer({ min: 1, max: 3 }),
  steps: fc.constantFrom(0, 3, 51, 101),
  seed: fc.constantFrom(1, 2),
  arrival: fc.nat(8),
  patience: fc.option(fc.nat(6), { nil: undefined, freq: 3 }),
})
const asks = fc.record<Asks>({
  does: fc.constant('predict'),
  tenant,
  inputs: fc.integer({ min: 1, max: 6 }),
  arrival: fc.nat(12),
})
const crowds = fc.array(fc.oneof({ weight: 2, arbitrary: learns }, asks), { minLength: 2, maxLength: 8 })

async function expectNoTrace(
  inner: Learner,
  crowd: readonly (Learns | Asks)[],
  turnsAtOnce: number,
  expectEqual = expectSameBits,
): Promise<void> {
  const learner = new WatchedLearner(inner)
  learner.beforeSlice = settled
  learner.beforePredict = settled
  // Time passes with every look at the clock, so that long work makes way at various borders.
  const clock = new HandClock()
  const now = () => (clock.time += 30)
  const scheduler = new Scheduler(turnsAtOnce, now)
  const predictions = new Predictions(scheduler)
  const subject = await aloneOf(inner, {
    does: 'adapt',
    tenant: 't',
    labels: ['x', 'y'],
    mark: 1,
    steps: 1,
    seed: 1,
    arrival: 0,
    patience: undefined,
  })
  await Promise.all(
    crowd.map(async (one) => {
      for (let turn = 0; turn < one.arrival; turn++) await settled()
      if (one.does === 'predict') {
        const inputs = Array.from({ length: one.inputs }, (_, i) => pattern(i + 1))
        const answer = await predictions.run(learner, subject, inputs, taskOf({ tenant: one.tenant }))
        expect(answer).toHaveLength(one.inputs)
        return
      }
      const leaving = new AbortController()
      const task = taskOf({ tenant: one.tenant, signal: leaving.signal })
      const run = runSliced(scheduler, learner.slices(supportOf(one), one), task)
      if (one.patience !== undefined) void waitThenAbort(one.patience, leaving)
      const learned = await run.catch((reason: unknown) => {
        expect(reason).toBe(leaving.signal.reason)
        return undefined
      })
      if (!learned) return
      const alone = await aloneOf(inner, one)
      expectEqual(learned.weights, alone.weights)
      expectEqual(learned.statistics, alone.statistics)
      expect(learned.steps).toBe(one.steps)
      expectEqual(learned.losses, alone.losses)
    }),
  )
  await scheduler.idle()
}

const supportOf = ({ labels, mark }: Learns) => supportSet(drawings(labels, mark), [...new Set(labels)])

async function waitThenAbort(turns: number, leaving: AbortController): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await settled()
  leaving.abort(new Error('gone'))
}

/** Each is learned once, for all who compare with it. */
const known = new Map<Learner, Map<string, Promise<Adaptation>>>()
function aloneOf(learner: Learner, one: Learns): Promise<Adaptation> {
  const adaptations = known.get(learner) ?? new Map<string, Promise<Adaptation>>()
  known.set(learner, adaptations)
  const { labels, mark, steps, seed } = one
  const name = JSON.stringify([labels, mark, steps, seed])
  const adaptation = adaptations.get(name) ?? learner.adapt(supportOf(one), { steps, seed })
  adaptations.set(name, adaptation)
  return adaptation
}

describe('in the reference engine', () => {
  test('an adaptation among others, predictions and those who leave has the bits that it has alone', async () => {
    const { learner } = await tinyImages()
    await fc.assert(
      fc.asyncProperty(crowds, fc.integer({ min: 1, max: 3 }), (crowd, turnsAtOnce) =>
        expectNoTrace(learner, crowd, turnsAtOnce),
      ),
      { numRuns: 15, seed: 1 },
    )
  })
})

describe('in an engine with one worker', () => {
  const engine = createTestEngine()
  let learner: Learner
  beforeAll(async () => {
    learner = (await tinyImages(1, engine)).learner
  })
  afterAll(() => engine.close())

  test('the same holds', async () => {
    await fc.assert(
      fc.asyncProperty(crowds, (crowd) => expectNoTrace(learner, crowd, engine.parallelism, expectSame)),
      { numRuns: 8, seed: 2 },
    )
  })
})
