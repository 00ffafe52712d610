import fc from 'fast-check'
import { expect, test } from 'vitest'
import { resample } from '../../src/codec/resample.js'

const samples = (width: number, height: number, values: number[]) =>
  ({ width, height, channels: 1, data: Float32Array.from(values) }) as const

test('parts of pixels count by the area they cover', () => {
  const image = samples(3, 1, [0, 90, 180])
  // Half of 1.5 pixels each: [0, half of 90], [half of 90, 180].
  expect([...resample(image, 2, 1).data]).toEqual([30, 150])
})

test('enlarging repeats pixels', () => {
  expect([...resample(samples(2, 1, [1, 5]), 4, 2).data]).toEqual([1, 1, 5, 5, 1, 1, 5, 5])
})

test('channels stay apart', () => {
  const image = { width: 2, height: 1, channels: 3, data: Float32Array.from([1, 2, 3, 3, 4, 5]) } as const
  expect([...resample(image, 1, 1).data]).toEqual([2, 3, 4])
})

test('the mean of the image stays what it is, whatever the sizes', () => {
  const side = fc.integer({ min: 1, max: 40 })
  fc.assert(
    fc.property(side, side, side, side, fc.integer({ min: 1, max: 1e6 }), (w, h, toW, toH, seed) => {
      const image = samples(
        w,
        h,
        Array.from({ length: w * h }, (_, i) => ((i + 1) * seed) % 256),
      )
      const mean = (data: Float32Array) => data.reduce((sum, value) => sum + value, 0) / data.length
      expect(mean(resample(image, toW, toH).data)).toBeCloseTo(mean(image.data), 2)
    }),
    { seed: 1, numRuns: 100 },
  )
})
