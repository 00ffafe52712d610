/** Tasks of classes: what is drawn, and what is refused. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { below, seeded } from '../../../src/learner/random.js'
import { at } from '../../../src/program/program.js'
import { ClassSource } from '../../../src/training/data/class-source.js'
import type { ExampleClass } from '../../../src/training/data/example-class.js'
import { TrainingError } from '../../../src/training/training-error.js'

/** Example k of class c is the number 100 c + k. */
function counted(counts: readonly number[]): ExampleClass[] {
  return counts.map((count, c) => ({
    name: `class ${c}`,
    count,
    read: async (k) => Float32Array.of(100 * c + k),
  }))
}

const told = (inputs: readonly Float32Array[]): number[] => inputs.map((input) => at(input, 0))

describe('a task of classes', () => {
  const episodes = fc.record({
    ways: fc.integer({ min: 2, max: 6 }),
    shots: fc.integer({ min: 1, max: 4 }),
    queries: fc.integer({ min: 0, max: 3 }),
  })

  test('has every example once, in classes that are told apart by their numbers', async () => {
    const source = new ClassSource(counted([7, 9, 7, 8, 12, 7]))
    await fc.assert(
      fc.asyncProperty(fc.nat(), episodes, async (seed, episode) => {
        const { support, queries, names } = await source.draw(seeded(seed), episode)
        const all = [...told(support.inputs), ...told(queries.inputs)]
        expect(new Set(all).size).toBe(all.length)
        for (const [part, count] of [
          [support, episode.shots],
          [queries, episode.queries],
        ] as const) {
          expect(part.classes).toBe(episode.ways)
          expect(part.inputs.length).toBe(episode.ways * count)
          told(part.inputs).forEach((number, i) => {
            expect(names?.[at(part.classOf, i)]).toBe(`class ${Math.floor(number / 100)}`)
          })
        }
        expect(new Set(names).size).toBe(episode.ways)
      }),
      { seed: 1, numRuns: 100 },
    )
  })

  test('is the same for the same random numbers, also where several are drawn before any is read', async () => {
    const source = new ClassSource(counted([20, 20, 20, 20]), (input, random) =>
      Float32Array.of(at(input, 0), below(random, 1e9)),
    )
    const episode = { ways: 3, shots: 4, queries: 2 }
    const together = seeded(5)
    const oneByOne = seeded(5)
    const atOnce = await Promise.all([1, 2, 3].map(() => source.draw(together, episode)))
    const inTurn = []
    for (let i = 0; i < 3; i++) inTurn.push(await source.draw(oneByOne, episode))
    expect(atOnce).toEqual(inTurn)
    expect(inTurn[0]).not.toEqual(inTurn[1])
  })

  test('has another hand for every example, and the same examples as without', async () => {
    const classes = counted([20, 20, 20])
    const plain = await new ClassSource(classes).draw(seeded(3), { ways: 3, shots: 5, queries: 5 })
    const varied = await new ClassSource(classes, (input, random) =>
      Float32Array.of(at(input, 0), below(random, 1e9)),
    ).draw(seeded(3), { ways: 3, shots: 5, queries: 5 })
    expect(told(varied.support.inputs)).toEqual(told(plain.support.inputs))
    const hands = [...varied.support.inputs, ...varied.queries.inputs].map((input) => at(input, 1))
    expect(new Set(hands).size).toBe(30)
  })

  test('reaches every class and every example', async () => {
    const source = new ClassSource(counted([3, 3, 3, 3]))
    const random = seeded(1)
    const seen = new Set<number>()
    for (let i = 0; i < 60; i++)
      for (const number of told((await source.draw(random, { ways: 2, shots: 1, queries: 0 })).support.inputs))
        seen.add(number)
    expect(seen.size).toBe(12)
  })

  test.each([
    [{ ways: 4, shots: 1, queries: 0 }, 'Tasks of 4 classes cannot be drawn from 3'],
    [{ ways: 1, shots: 1, queries: 0 }, 'at least 2 ways'],
    // Class 1 need not be drawn to be told of.
    [{ ways: 2, shots: 3, queries: 2 }, 'The class class 1 has 4 examples where 5 are needed (3 shots and 2 queries)'],
  ])('of %o is refused where there is not enough', async (episode, message) => {
    const source = new ClassSource(counted([5, 4, 5]))
    const drawn = source.draw(seeded(1), episode)
    await expect(drawn).rejects.toThrow(message)
    await expect(drawn).rejects.toThrow(TrainingError)
  })
})
