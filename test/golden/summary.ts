/** Holds a tensor against its summary in golden.json. */
import { expect } from 'vitest'
import type { Summary } from './golden-file.js'

/**
 * `tolerance` is relative to the tensor's root mean square: no element may be off by more, nor the norm by more than
 * that of a tensor of such errors, nor the sum by more than independent errors of that size would make it (4 deviations).
 */
export function expectSummary(name: string, actual: ArrayLike<number>, expected: Summary, tolerance: number): void {
  const values = Array.from(actual)
  const size = expected.shape.reduce((product, length) => product * length, 1)
  expect(values.length, `${name}: how many numbers`).toBe(size)
  const allowed = (tolerance * expected.norm) / Math.sqrt(size) + 1e-12
  expectNear(`${name}: norm`, Math.hypot(...values), expected.norm, allowed * Math.sqrt(size))
  expectNear(
    `${name}: sum`,
    values.reduce((sum, value) => sum + value, 0),
    expected.sum,
    4 * allowed * Math.sqrt(size),
  )
  const numbers = size > 8 ? Array.from({ length: 8 }, (_, i) => Math.floor((i * size) / 8)) : values.map((_, i) => i)
  numbers.forEach((number, i) => {
    expectNear(`${name}: element ${number}`, values[number], expected.elements[i], allowed)
  })
}

export function expectNear(
  what: string,
  actual: number | undefined,
  expected: number | undefined,
  allowed: number,
): void {
  const difference = Math.abs((actual ?? Number.NaN) - (expected ?? Number.NaN))
  expect(difference, `${what} is ${actual}, should be ${expected}`).toBeLessThanOrEqual(allowed)
}
