/** The tasks that training and evaluation draw. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seeded } from '../../src/learner/random.js'
import { at } from '../../src/program/program.js'
import type { ImageClass } from '../../src/training/image-folder.js'
import { drawImageTask, drawSineTask } from '../../src/training/tasks.js'

/** Ten classes of seven images, every image told by its one number: class and number. */
const classes: readonly ImageClass[] = Array.from({ length: 10 }, (_, label) =>
  Array.from({ length: 7 }, (_, image) => Float32Array.of(10 * label + image)),
)
const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 })
const numbersOf = (inputs: readonly Float32Array[]): number[] => inputs.map((input) => at(input, 0))

describe('a task of images', () => {
  test('has support and queries of the same classes and no image in both', () => {
    fc.assert(
      fc.property(
        seeds,
        fc.integer({ min: 2, max: 10 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 3 }),
        (seed, ways, shots, asked) => {
          const { support, queries } = drawImageTask(seeded(seed), classes, ways, shots, asked)
          const [learned, unknown] = [numbersOf(support.inputs), numbersOf(queries.inputs)]
          expect([learned.length, unknown.length]).toEqual([ways * shots, ways * asked])
          expect(new Set([...learned, ...unknown]).size).toBe(ways * (shots + asked))
          const drawn = new Map(
            learned.map((number, example) => [at(support.classOf, example), Math.floor(number / 10)]),
          )
          expect(drawn.size).toBe(ways)
          expect(new Set(drawn.values()).size).toBe(ways)
          unknown.forEach((number, query) => {
            expect(Math.floor(number / 10)).toBe(drawn.get(at(queries.classOf, query)))
          })
        },
      ),
      { seed: 1 },
    )
  })

  test('is the same for the same seed, and another for another', () => {
    const [first, again, other] = [1, 1, 2].map((seed) => drawImageTask(seeded(seed), classes, 5, 2, 1))
    expect(again).toEqual(first)
    expect(other).not.toEqual(first)
  })

  test.each([
    ['classes', 11, 1],
    ['images', 5, 8],
  ])('of more %s than there are is refused', (_what, ways, shots) => {
    expect(() => drawImageTask(seeded(1), classes, ways, shots, 0)).toThrow(/asked for where there are only/)
  })
})

describe('a task of a sine wave', () => {
  test('is one wave of an amplitude from 0.1 to 5, support and queries alike', () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom('even', 'random'), (seed, spacing) => {
        const { support, queries } = drawSineTask(seeded(seed), 10, spacing)
        const points = [support, queries].flatMap(({ inputs, targets }) =>
          inputs.map((x, i) => [at(x, 0), at(at(targets, i), 0)] as const),
        )
        expect(points).toHaveLength(60)
        expect(points.every(([x]) => x >= -5 && x <= 5)).toBe(true)
        // a sin(x + p) = u sin x + v cos x: two points give u and v, and all others must lie on that wave.
        const [[x1, y1], [x2, y2]] = [at(points, 10), at(points, 20)]
        const determinant = Math.sin(x1) * Math.cos(x2) - Math.sin(x2) * Math.cos(x1)
        const [u, v] = [
          (y1 * Math.cos(x2) - y2 * Math.cos(x1)) / determinant,
          (Math.sin(x1) * y2 - Math.sin(x2) * y1) / determinant,
        ]
        expect(Math.hypot(u, v)).toBeGreaterThan(0.0999)
        expect(Math.hypot(u, v)).toBeLessThan(5.0001)
        for (const [x, y] of points) expect(y).toBeCloseTo(u * Math.sin(x) + v * Math.cos(x), 4)
      }),
      { seed: 1 },
    )
  })

  test('is asked about on the whole line, in even steps', () => {
    const xs = numbersOf(drawSineTask(seeded(1), 10, 'random').queries.inputs)
    expect(xs).toHaveLength(50)
    expect([at(xs, 0), at(xs, 49)]).toEqual([-5, 5])
    xs.slice(1).forEach((x, i) => {
      expect(x - at(xs, i)).toBeCloseTo(10 / 49, 5)
    })
  })
})
