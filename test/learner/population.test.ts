/** The statistics of the training data beside those of a support set. */
import { afterAll, describe, expect, test } from 'vitest'
import { Features } from '../../src/learner/features.js'
import { initializationOf, tensorsOf } from '../../src/learner/initialization.js'
import type { Artifact } from '../../src/model/artifact.js'
import { createTestEngine } from '../engines.js'
import { expectClose } from './closeness.js'
import { bodies, classifier, modelOf } from './small-models.js'

const engine = createTestEngine()
afterAll(() => engine.close())

const EPSILON = 0.5

/** Numbers, normalized and no more. */
const normalizer = (prior?: number): Artifact =>
  classifier({
    layers: [{ type: 'batchNorm', epsilon: EPSILON, ...(prior && { prior }) }],
    input: { kind: 'values', length: 1 },
  })

/** Examples 1 and 3, whose mean is 2 and whose variance is 1, in data of mean 6 and variance 5. */
async function seen(artifact: Artifact, population: number[] | undefined, sizes = [2]) {
  const features = await Features.compile(engine, artifact, sizes)
  const fixed = { shared: new Float32Array(0), population: population && Float32Array.from(population) }
  const found = await features.of(Float32Array.of(1, 0), fixed, [Float32Array.of(1), Float32Array.of(3)])
  await features.dispose()
  return { features: found.features.map(([value]) => value as number), statistics: found.statistics }
}

describe('batch norm with a prior', () => {
  test('of two, for two examples, uses the mean of both statistics', async () => {
    const { features, statistics } = await seen(normalizer(2), [6, 5])
    const inverse = 1 / Math.sqrt(3 + EPSILON)
    expectClose(statistics, [4, inverse], 1e-6)
    expectClose(features, [-3 * inverse, -inverse], 1e-6)
  })

  test('counts the examples there are, not those that a program is filled up with', async () => {
    const [exact, larger] = [await seen(normalizer(2), [6, 5]), await seen(normalizer(2), [6, 5], [8])]
    expectClose(larger.statistics, exact.statistics, 1e-6)
  })

  test('far larger than the support set uses the statistics of the training data', async () => {
    expectClose((await seen(normalizer(1e9), [6, 5])).statistics, [6, 1 / Math.sqrt(5 + EPSILON)], 1e-6)
  })

  test.each([
    ['which has seen no training data', normalizer(2), undefined],
    ['of which there is none', normalizer(), undefined],
  ])('%s uses those of the support set', async (_name, artifact, population) => {
    expectClose((await seen(artifact, population)).statistics, [2, 1 / Math.sqrt(1 + EPSILON)], 1e-6)
  })
})

test('a model keeps the statistics of the training data of just those batch norms that have a prior', () => {
  const artifact = classifier({ layers: bodies['batch norms with a prior'] })
  const model = modelOf(artifact)
  expect([...model.tensors.keys()].filter((name) => /mean|variance/.test(name))).toEqual(['1.mean', '1.variance'])
  const initialization = initializationOf(model)
  expect(initialization.population).toHaveLength(2 * 4)
  expect(tensorsOf(artifact, initialization)).toEqual(model.tensors)
})
