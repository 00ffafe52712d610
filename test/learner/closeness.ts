/** Comparing lists of numbers. */
import { expect, inject } from 'vitest'

/** The largest difference, absolute for small and relative for large numbers; NaN where any number is no number. */
export function distance(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length)
  return Array.from(expected).reduce(
    (most, value, i) => Math.max(most, Math.abs((actual[i] ?? Number.NaN) - value) / Math.max(1, Math.abs(value))),
    0,
  )
}

export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(distance(actual, expected)).toBeLessThan(tolerance)
}

/** What an engine computes twice: the very same where it does so in the same way, and close where it was in a call with others. */
export function expectSame(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  if (inject('engine') === 'onnx') expectSameBits(actual, expected)
  else expectClose(actual, expected, 1e-5)
}

/** The very same bits: 0 is not -0, and NaN is NaN. */
export function expectSameBits(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length)
  const different = Array.from(expected, (value, i) => ({ i, value, actual: actual[i] })).filter(
    (pair) => !Object.is(pair.actual, pair.value),
  )
  expect(different.slice(0, 3)).toEqual([])
}
