/** The order in which the inner loop sees the examples. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ClassificationSupport } from '../../src/learner/learner.js'
import { balancedExamples } from '../../src/learner/mini-batches.js'
import { seeded } from '../../src/learner/random.js'
import { at } from '../../src/program/program.js'
import { surfaceTask } from './small-tasks.js'

/** Classes of 1 to 5 examples each, in any order. */
const supports: fc.Arbitrary<ClassificationSupport> = fc
  .array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 6 })
  .chain((sizes) =>
    fc.shuffledSubarray(
      sizes.flatMap((size, label) => Array<number>(size).fill(label)),
      { minLength: sizes.reduce((a, b) => a + b) },
    ),
  )
  .map((classOf) => ({
    kind: 'classification',
    classOf,
    classes: Math.max(...classOf) + 1,
    inputs: classOf.map(() => new Float32Array(1)),
  }))
const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 })

function take(count: number, examples: Iterator<number, never>): number[] {
  return Array.from({ length: count }, () => examples.next().value)
}

/** Cuts a list into pieces of `length`. */
function pieces<T>(items: readonly T[], length: number): T[][] {
  return Array.from({ length: Math.floor(items.length / length) }, (_, i) => items.slice(i * length, (i + 1) * length))
}

describe('mini-batches', () => {
  test('take one example of each class before they take a second', () => {
    fc.assert(
      fc.property(supports, seeds, (support, seed) => {
        const labels = take(8 * support.classes, balancedExamples(seeded(seed), support)).map((example) =>
          at(support.classOf, example),
        )
        for (const round of pieces(labels, support.classes))
          expect([...round].sort()).toEqual([...Array(support.classes).keys()])
      }),
      { seed: 1 },
    )
  })

  test('hold every class as often as any other, but for the rounds that they cut', () => {
    fc.assert(
      fc.property(supports, seeds, fc.integer({ min: 1, max: 12 }), (support, seed, batch) => {
        const labels = take(10 * batch, balancedExamples(seeded(seed), support)).map((example) =>
          at(support.classOf, example),
        )
        // A batch may start and end within a round of all classes: at most one too many at either end.
        for (const part of pieces(labels, batch)) {
          const counts = [...Array(support.classes).keys()].map(
            (label) => part.filter((other) => other === label).length,
          )
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2)
        }
      }),
      { seed: 1 },
    )
  })

  test('show all examples of a class before they show one of them again', () => {
    fc.assert(
      fc.property(supports, seeds, (support, seed) => {
        const drawn = take(10 * support.classes, balancedExamples(seeded(seed), support))
        for (let label = 0; label < support.classes; label++) {
          const own = support.classOf.flatMap((other, example) => (other === label ? [example] : []))
          const shown = drawn.filter((example) => support.classOf[example] === label)
          for (const cycle of pieces(shown, own.length)) expect([...cycle].sort((a, b) => a - b)).toEqual(own)
        }
      }),
      { seed: 1 },
    )
  })

  test('of a regression show all points before they show one again', () => {
    const drawn = take(21, balancedExamples(seeded(1), surfaceTask(1, 7)))
    for (const cycle of pieces(drawn, 7)) expect([...cycle].sort()).toEqual([0, 1, 2, 3, 4, 5, 6])
  })

  test('are the same for the same seed, and others for another', () => {
    const support = at(fc.sample(supports, { numRuns: 1, seed: 4 }), 0)
    const drawn = [5, 5, 6].map((seed) => take(40, balancedExamples(seeded(seed), support)))
    expect(drawn[1]).toEqual(drawn[0])
    expect(drawn[2]).not.toEqual(drawn[0])
  })
})
