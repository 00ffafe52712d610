import { describe, expect, test } from 'vitest'
import { better, formatted, measured } from '../../../src/training/evaluate/figures.js'
import { inParallel } from '../../../src/training/evaluate/in-parallel.js'

describe('figures', () => {
  test('mean and 95% interval', () => {
    const { mean, interval } = measured([1, 2, 3, 4])
    expect(mean).toBeCloseTo(2.5, 12)
    expect(interval).toBeCloseTo((1.96 * Math.sqrt(5 / 3)) / 2, 12)
  })

  test('are written as tables have them, and a diverged one says so', () => {
    expect(formatted('accuracy', { mean: 0.97321, interval: 0.0041 })).toBe('97.32 ± 0.41')
    expect(formatted('squared error', { mean: 0.0123, interval: 0.0001 })).toBe('0.0123 ± 1.00e-4')
    expect(formatted('squared error', measured([1, Number.NaN]))).toBe('diverged')
  })

  test('a figure that is none is worse than all', () => {
    expect(better('accuracy', 0.9, 0.8)).toBe(true)
    expect(better('squared error', 0.9, 0.8)).toBe(false)
    expect(better('squared error', 9, Number.NaN)).toBe(true)
    expect(better('accuracy', Number.NaN, 0.1)).toBe(false)
  })
})

describe('inParallel', () => {
  test('does everything, so much at a time and no more', async () => {
    let atOnce = 0
    let most = 0
    const done: number[] = []
    await inParallel(20, 3, async (index) => {
      most = Math.max(most, ++atOnce)
      await new Promise(setImmediate)
      atOnce--
      done.push(index)
    })
    expect(most).toBe(3)
    expect(done.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i))
  })

  test('ends with the first error, when all that runs has ended', async () => {
    const started: number[] = []
    let running = 0
    const work = inParallel(20, 3, async (index) => {
      started.push(index)
      running++
      await new Promise(setImmediate)
      running--
      if (index === 1) throw new Error('broken')
    })
    await expect(work).rejects.toThrow('broken')
    expect(running).toBe(0)
    expect(started.length).toBeLessThan(8)
  })
})
