/** The cache of decoded inputs: bounded, and without a say in the numbers. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InputCache } from '../../../src/training/data/input-cache.js'

const inputs = fc.array(
  fc.oneof(
    fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 }),
    fc.array(
      fc.integer({ min: 0, max: 255 }).map((level) => level / 255),
      { minLength: 8, maxLength: 8 },
    ),
  ),
  { minLength: 1, maxLength: 10 },
)

describe('decoded inputs', () => {
  test('are the same bit for bit, kept or made again, and never more bytes than allowed', async () => {
    await fc.assert(
      fc.asyncProperty(
        inputs,
        fc.integer({ min: 0, max: 200 }),
        fc.array(fc.nat({ max: 9 }), { maxLength: 40 }),
        async (numbers, bytes, order) => {
          const cache = new InputCache(bytes)
          for (const choice of order) {
            const index = choice % numbers.length
            const make = async () => Float32Array.from(numbers[index] ?? [])
            const read = await cache.read(`${index}`, make)
            expect(new Uint32Array(read.buffer)).toEqual(new Uint32Array((await make()).buffer))
            expect(cache.bytes).toBeLessThanOrEqual(bytes)
          }
        },
      ),
      { seed: 1, numRuns: 300 },
    )
  })

  test('are made once where they fit, and take a byte a number where they are whole 255ths', async () => {
    const cache = new InputCache(1000)
    let made = 0
    const make = async () => {
      made++
      return Float32Array.from({ length: 256 }, (_, level) => level / 255)
    }
    await cache.read('a', make)
    await cache.read('a', make)
    expect([made, cache.bytes]).toEqual([1, 256])
  })

  test('that could not be made are tried again', async () => {
    const cache = new InputCache(1000)
    await expect(cache.read('a', () => Promise.reject(new Error('damaged')))).rejects.toThrow('damaged')
    expect(await cache.read('a', async () => Float32Array.of(0.3))).toEqual(Float32Array.of(0.3))
  })
})
