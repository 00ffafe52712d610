/** Programs are filled up to their size; what fills them is not seen. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Executable } from '../../src/engine/engine.js'
import { createLearner } from '../../src/learner/create-learner.js'
import { Features } from '../../src/learner/features.js'
import { featuresProgram } from '../../src/learner/features-program.js'
import { initializationOf } from '../../src/learner/initialization.js'
import type { Adaptation, Learner } from '../../src/learner/learner.js'
import { seeded } from '../../src/learner/random.js'
import type { Artifact } from '../../src/model/artifact.js'
import { at } from '../../src/program/program.js'
import { createTestEngine } from '../engines.js'
import { expectClose, expectSameBits } from './closeness.js'
import { floats } from './program-runs.js'
import { bodies, classifier, modelOf, regressor } from './small-models.js'
import { noise, patternTask, surfaceTask } from './small-tasks.js'

const engine = createTestEngine()
afterAll(() => engine.close())

describe('examples of weight 0', () => {
  const SIZE = 6
  const artifact = classifier({ layers: bodies['max pools'] })
  const { body } = initializationOf(modelOf(artifact))
  let executable: Executable
  beforeAll(async () => {
    executable = await engine.compile(featuresProgram(artifact, { clients: 1, examples: SIZE }))
  })

  /** The first `count` examples weigh the same, the others nothing. */
  async function featuresOf(x: Float32Array, count: number) {
    const exampleWeights = new Float32Array(SIZE).fill(1 / count, 0, count)
    const results = await executable.run({
      weights: { shape: [1, body.length], data: body },
      x: { shape: [1, SIZE, 64], data: x },
      exampleWeights: { shape: [1, SIZE], data: exampleWeights },
    })
    return { statistics: floats(results, 'statistics'), features: floats(results, 'features').subarray(0, count * 16) }
  }

  test('change neither statistics nor the features of the others, whatever they show', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: SIZE - 1 }),
        fc.integer({ min: 1 }),
        fc.double({ min: -100, max: 100, noNaN: true }),
        async (count, seed, level) => {
          const empty = noise(seeded(seed), SIZE * 64).fill(0, count * 64)
          const [plain, filled] = [
            await featuresOf(empty, count),
            await featuresOf(empty.slice().fill(level, count * 64), count),
          ]
          expectSameBits(filled.statistics, plain.statistics)
          expectSameBits(filled.features, plain.features)
        },
      ),
      { numRuns: 20, seed: 1 },
    )
  })

  test('make a larger program give what a program of the right size gives', async () => {
    const { inputs } = patternTask(1, 2, 2)
    const [exact, larger] = await Promise.all([[4], [6]].map((sizes) => Features.compile(engine, artifact, sizes)))
    const [expected, actual] = [
      await exact?.of(body, { shared: new Float32Array(0) }, inputs),
      await larger?.of(body, { shared: new Float32Array(0) }, inputs),
    ]
    expectClose(actual?.statistics ?? [], expected?.statistics ?? [], 1e-5)
    inputs.forEach((_, example) => {
      expectClose(actual?.features[example] ?? [], expected?.features[example] ?? [], 1e-5)
    })
    expect(actual?.features).toHaveLength(4)
  })
})

describe('queries in one call', () => {
  const models: readonly [string, Artifact][] = [
    ['convolutions with batch norms', classifier()],
    ['max pools', classifier({ layers: bodies['overlapping max pools'] })],
    ['dropout', classifier({ layers: bodies.dropout })],
    ['regression', regressor()],
  ]

  test.each(models)('never change an answer: %s', async (_name, artifact) => {
    const learner = await createLearner(modelOf(artifact), engine, { supports: [9], queries: [1, 3, 8] })
    const support = artifact.task === 'classification' ? patternTask(2, 3, 3) : surfaceTask(2, 9)
    const adaptation = await learner.adapt(support, { seed: 1 })
    const queries = artifact.task === 'classification' ? patternTask(3, 3, 4).inputs : surfaceTask(3, 12).inputs
    const alone = await answersOneByOne(learner, adaptation, queries)
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: queries.length - 1 }), { minLength: 1, maxLength: 20 }),
        async (chosen) => {
          const answers = await learner.predict(
            adaptation,
            chosen.map((query) => at(queries, query)),
          )
          expect(answers).toHaveLength(chosen.length)
          answers.forEach((answer, i) => {
            expectClose(answer, at(alone, at(chosen, i)), 1e-5)
          })
        },
      ),
      { numRuns: 15, seed: 1 },
    )
    await learner.close()
  })

  test('of none are answered by nothing', async () => {
    const learner = await createLearner(modelOf(regressor()), engine, { supports: [9], queries: [1] })
    expect(await learner.predict(await learner.adapt(surfaceTask(2, 9), { seed: 1 }), [])).toEqual([])
    await learner.close()
  })
})

async function answersOneByOne(
  learner: Learner,
  adaptation: Adaptation,
  queries: readonly Float32Array[],
): Promise<Float32Array[]> {
  const answers: Float32Array[] = []
  for (const query of queries) answers.push(...(await learner.predict(adaptation, [query])))
  return answers
}
