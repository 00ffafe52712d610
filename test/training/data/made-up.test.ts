/** Data without files: sine waves and made-up characters. */
import { describe, expect, test } from 'vitest'
import { seeded } from '../../../src/learner/random.js'
import { at } from '../../../src/program/program.js'
import { inventCharacters } from '../../../src/training/data/alphabets.js'
import { ClassSource } from '../../../src/training/data/class-source.js'
import { openData } from '../../../src/training/data/open-data.js'
import { dataSchema } from '../../../src/training/settings.js'

describe('sine waves', () => {
  const draw = async (part: 'training' | 'validation', shots: number, queries: number, seed = 1) => {
    const data = await openData(dataSchema.parse({ kind: 'sine' }), 1)
    const { support, queries: asked } = await data[part].draw(seeded(seed), { ways: 0, shots, queries })
    if (support.kind !== 'regression' || asked.kind !== 'regression') throw new Error('no regression')
    return { support, asked }
  }

  test('are learned from evenly spaced points in training, random ones otherwise', async () => {
    const even = (await draw('training', 11, 0)).support.inputs.map((input) => at(input, 0))
    expect(even).toEqual([-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5])
    const random = (await draw('validation', 200, 0)).support.inputs.map((input) => at(input, 0))
    expect(new Set(random).size).toBe(200)
    expect([Math.min(...random) >= -5, Math.max(...random) <= 5]).toEqual([true, true])
  })

  test('are one wave of bounded amplitude for support set and queries', async () => {
    for (let seed = 0; seed < 30; seed++) {
      const { support, asked } = await draw('training', 51, 51, seed)
      expect(asked).toEqual(support)
      const largest = Math.max(...asked.targets.map((target) => Math.abs(at(target, 0))))
      expect(largest).toBeGreaterThan(0.09)
      expect(largest).toBeLessThanOrEqual(5)
    }
    expect((await draw('training', 5, 3)).support).not.toEqual((await draw('training', 5, 3, 2)).support)
  })

  test('are asked about on the whole line, on the very wave that the random points lie on', async () => {
    for (let seed = 0; seed < 30; seed++) {
      const { support, asked } = await draw('validation', 10, 50, seed)
      asked.inputs.forEach((input, i) => {
        expect(at(input, 0)).toBeCloseTo(-5 + (10 * i) / 49, 5)
      })
      const points = [support, asked].flatMap(({ inputs, targets }) =>
        inputs.map((input, i) => [at(input, 0), at(at(targets, i), 0)] as const),
      )
      // a sin(x + p) = u sin x + v cos x: two points give u and v, and all others must lie on that wave.
      const [[x1, y1], [x2, y2]] = [at(points, 10), at(points, 20)]
      const determinant = Math.sin(x1) * Math.cos(x2) - Math.sin(x2) * Math.cos(x1)
      const u = (y1 * Math.cos(x2) - y2 * Math.cos(x1)) / determinant
      const v = (Math.sin(x1) * y2 - Math.sin(x2) * y1) / determinant
      expect(Math.hypot(u, v)).toBeGreaterThan(0.0999)
      expect(Math.hypot(u, v)).toBeLessThan(5.0001)
      for (const [x, y] of points) expect(y).toBeCloseTo(u * Math.sin(x) + v * Math.cos(x), 4)
    }
  })

  test('have numbers for a single point, too', async () => {
    const { support, asked } = await draw('training', 1, 1)
    expect([...support.inputs, ...asked.inputs]).toEqual([Float32Array.of(0), Float32Array.of(0)])
  })
})

describe('made-up characters', () => {
  const open = (seed: number, more: object = {}) =>
    openData(dataSchema.parse({ kind: 'glyphs', classes: 40, images: 6, split: { validation: 10 }, ...more }), seed)

  test('are all different, of several alphabets, and the same for the same seed', () => {
    const characters = inventCharacters(seeded(1), 100)
    expect(characters).toEqual(inventCharacters(seeded(1), 100))
    expect(characters).not.toEqual(inventCharacters(seeded(2), 100))
    expect(new Set(characters.map(({ strokes }) => JSON.stringify(strokes))).size).toBe(100)
    expect(new Set(characters.map(({ label }) => label)).size).toBe(100)
    expect(at(characters, 99).label).toBe('alphabet04/character10')
    const coordinates = characters.flatMap(({ strokes }) => strokes.flat(2))
    expect([Math.min(...coordinates) > 0, Math.max(...coordinates) < 1]).toEqual([true, true])
  })

  test('are 28x28 of ink, divided by seed', async () => {
    const data = await open(1)
    expect(data.input).toEqual({ kind: 'image', height: 28, width: 28, channels: 1, polarity: 'ink' })
    expect([data.training.classes, data.validation.classes]).toEqual([30, 10])
    expect(data.summary).toBe('40 classes with 6 images each, 10 of them held out; all made up')
    const task = await data.validation.draw(seeded(1), { ways: 10, shots: 3, queries: 3 })
    expect(task).toEqual(await (await open(1)).validation.draw(seeded(1), { ways: 10, shots: 3, queries: 3 }))
    expect(task).not.toEqual(await (await open(2)).validation.draw(seeded(1), { ways: 10, shots: 3, queries: 3 }))
    for (const image of [...task.support.inputs, ...task.queries.inputs]) {
      expect(image.length).toBe(784)
      expect(Math.max(...image)).toBeGreaterThan(0.5)
      expect(image.filter((value) => value < 0.01).length).toBeGreaterThan(392)
    }
  })

  test('are drawn by another hand every time, yet told apart by their pixels well above chance', async () => {
    const { training } = await open(1)
    if (!(training instanceof ClassSource)) throw new Error('no classes')
    const one = at(training.members, 0)
    expect(await one.read(0)).not.toEqual(await one.read(1))
    const distance = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + (value - at(b, i)) ** 2, 0)
    const random = seeded(1)
    let right = 0
    for (let i = 0; i < 20; i++) {
      const { support, queries } = await training.draw(random, { ways: 5, shots: 1, queries: 1 })
      queries.inputs.forEach((query, label) => {
        const distances = support.inputs.map((input) => distance(input, query))
        if (distances.indexOf(Math.min(...distances)) === label) right++
      })
    }
    expect(right).toBeGreaterThan(40)
    expect(right).toBeLessThan(100)
  })
})
