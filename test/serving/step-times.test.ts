/** What a step takes, from what steps have taken. */
import { expect, test } from 'vitest'
import { StepTimes } from '../../src/serving/step-times.js'

function measured(...turns: readonly [steps: number, milliseconds: number][]): StepTimes {
  const times = new StepTimes()
  for (const [steps, milliseconds] of turns) times.add('a', steps, milliseconds, 0)
  return times
}

const usual = new Array<[number, number]>(100).fill([5, 25])

test('is unknown before two turns are measured, and of another kind for ever', () => {
  expect(new StepTimes().of('a', 0)).toBeUndefined()
  expect(measured([5, 25]).of('a', 0)).toBeUndefined()
  const times = measured([5, 25], [5, 25])
  expect([times.of('a', 0), times.of('b', 0)]).toEqual([5, undefined])
})

test('is a mean by steps, of which the last count most', () => {
  expect(measured([1, 4], [9, 18]).of('a', 0)).toBeCloseTo((0.95 * 4 + 18) / (0.95 + 9), 10)
  expect(measured(...usual, ...new Array(200).fill([5, 50])).of('a', 0)).toBeCloseTo(10, 1)
})

test('hardly changes with a turn that was held up for an hour', () => {
  expect(measured(...usual, [5, 3_600_000]).of('a', 0)).toBeLessThan(6)
})

test('is not what a turn took that was held up when nothing was known yet', () => {
  const times = measured([5, 3_600_000], [5, 25])
  expect(times.of('a', 0)).toBeUndefined()
  times.add('a', 5, 25, 0)
  expect(times.of('a', 0)).toBe(5)
})

test('is forgotten after a minute in which none was measured', () => {
  const times = measured(...usual)
  expect(times.of('a', 60_000)).toBeCloseTo(5, 10)
  expect(times.of('a', 60_001)).toBeUndefined()
})

test('is unknown where the clock could not tell that it took any time', () => {
  expect(measured([5, 0], [5, 0], [5, 0]).of('a', 0)).toBeUndefined()
  expect(measured([5, 0], [5, 50], [5, 50]).of('a', 0)).toBe(10)
})
