/** Seeds derived from seeds. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { derived } from '../../src/learner/random.js'

describe('derived seeds', () => {
  const numbers = fc.integer({ min: 0, max: 2 ** 48 })

  test('are whole numbers of 32 bits, the same for the same path', () => {
    fc.assert(
      fc.property(numbers, fc.array(numbers, { maxLength: 4 }), (seed, path) => {
        const value = derived(seed, ...path)
        expect(value).toBe(value >>> 0)
        expect(derived(seed, ...path)).toBe(value)
      }),
      { seed: 1 },
    )
  })

  test('are others for neighbouring seeds, iterations and tasks, and for seeds that agree in 32 bits', () => {
    const values = new Set<number>()
    for (let seed = 0; seed < 10; seed++)
      for (let iteration = 0; iteration < 100; iteration++)
        for (let task = 0; task < 10; task++) values.add(derived(seed, iteration, task))
    // Of 10,000 random numbers two are the same in one of 86 cases.
    expect(values.size).toBe(10_000)
    expect(derived(1 + 2 ** 32, 3)).not.toBe(derived(1, 3))
    expect(derived(1, 2, 3)).not.toBe(derived(1, 3, 2))
    expect(derived(1, 0)).not.toBe(derived(1))
    expect(derived(1, 0, 0)).not.toBe(derived(1, 0))
  })

  test('change in half of their bits with any bit of the path', () => {
    let changed = 0
    for (let bit = 0; bit < 32; bit++)
      for (let task = 0; task < 50; task++) {
        let difference = derived(7, task) ^ derived(7, (task ^ (1 << bit)) >>> 0)
        for (; difference !== 0; difference &= difference - 1) changed++
      }
    expect(changed / (32 * 50)).toBeGreaterThan(15)
    expect(changed / (32 * 50)).toBeLessThan(17)
  })
})
