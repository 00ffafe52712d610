import fc from 'fast-check'
import { expect, test } from 'vitest'
import { axis } from '../../../src/training/report/axis.js'

const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true })

test('accuracy ends at 100%, and ticks are round', () => {
  const { ticks, place } = axis({ values: [0.83, 0.991], from: 0, to: 100, most: 1 })
  expect(ticks.map(({ label }) => label)).toEqual(['0.8', '0.85', '0.9', '0.95', '1'])
  expect(place(1)).toBe(100)
})

test('a logarithmic axis has equal room for equal factors', () => {
  const { ticks, place } = axis({ values: [0.01, 10], from: 0, to: 300, logarithmic: true })
  expect(place(0.1)).toBeCloseTo(100)
  expect(ticks.map(({ label }) => label)).toEqual(['0.01', '0.03', '0.1', '0.3', '1', '3', '10'])
})

test('one value alone lies in the middle', () => {
  for (const value of [0, 1, -3, 1e-9, 100_000]) {
    const { place, ticks } = axis({ values: [value], from: 0, to: 100, tight: true })
    expect(place(value)).toBeCloseTo(50)
    expect(ticks.length).toBeGreaterThan(1)
  }
})

test('no values: from 0 to 1', () => {
  expect(axis({ values: [], from: 0, to: 1 }).place(0.5)).toBeCloseTo(0.5)
})

test('all values lie between the ends, in their order, and so do a few ticks', () => {
  fc.assert(
    fc.property(fc.array(finite, { minLength: 1, maxLength: 20 }), fc.boolean(), (values, tight) => {
      const { place, ticks } = axis({ values, from: 10, to: 110, tight })
      const places = values.sort((a, b) => a - b).map(place)
      expect(places.every((one) => one >= 10 - 1e-6 && one <= 110 + 1e-6)).toBe(true)
      expect(places.every((one, i) => i === 0 || one >= (places[i - 1] ?? 0))).toBe(true)
      expect(ticks.every(({ at }) => at >= 10 - 1e-6 && at <= 110 + 1e-6)).toBe(true)
      expect(ticks.length).toBeGreaterThan(1)
      expect(ticks.length).toBeLessThan(12)
    }),
  )
})
