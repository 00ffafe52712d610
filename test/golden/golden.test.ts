/** Every engine computes what an independent PyTorch script in float64 says of every model (golden.py). */
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { ReferenceEngine } from '../../src/engine/reference.js'
import { forwardOperations } from '../../src/learner/cost.js'
import { expectedTensors } from '../../src/learner/initialization.js'
import { layoutParameters, type Parameter } from '../../src/learner/parameters.js'
import type { Artifact, Model } from '../../src/model/artifact.js'
import { loadModels } from '../../src/model/load.js'
import { at, sizeOf } from '../../src/program/program.js'
import { createTestEngine } from '../engines.js'
import { type GoldenCase, readGolden } from './golden-file.js'
import { type Played, playCase } from './play-case.js'
import { expectNear, expectSummary } from './summary.js'

const models = fileURLToPath(new URL('../../models', import.meta.url))

/**
 * How far off a tensor may be (see expectSummary), with float32 throughout, and with float64 between float32 inputs and
 * outputs; and up to how many operations of a case an engine is not too slow for.
 */
const engines = [
  { engine: createTestEngine(), tolerance: 2e-4, most: Number.POSITIVE_INFINITY },
  { engine: new ReferenceEngine(), tolerance: 2e-6, most: 3e8 },
]
afterAll(() => Promise.all(engines.map(({ engine }) => engine.close())))

for (const [name, model] of await loadModels(models, expectedTensors)) {
  const golden = await readGolden(`${models}/${name}`)

  describe(name, () => {
    it('has a golden.json of its present weights', () => {
      expect(golden.weightsSha256, `make it anew: ${golden.command}`).toBe(model.artifact.weights.sha256)
    })
    for (const { engine, tolerance, most } of engines) {
      for (const one of golden.cases) {
        const title = `${one.classes} classes, ${one.examples} examples, ${one.losses.length} steps, on ${engine.name}`
        it(title, { timeout: 60_000 }, async ({ skip }) => {
          skip(operationsOf(model, one) > most, `too much for the ${engine.name} engine`)
          expectCase(model, one, await playCase(engine, model, one), tolerance)
        })
      }
    }
  })
}

function operationsOf({ artifact }: Model, { classes, examples, queries, batches }: GoldenCase): number {
  return forwardOperations(artifact, classes) * (3 * batches.flat().length + 2 * examples + queries)
}

function expectCase({ artifact }: Model, golden: GoldenCase, played: Played, tolerance: number): void {
  golden.losses.forEach((loss, step) => {
    expectNear(`loss of step ${step}`, played.losses[step], loss, tolerance * Math.max(1, loss))
  })
  expectNamed('start', golden.head, played.start, artifact, golden, played.width, tolerance)
  expectNamed('weights', golden.weights, played.weights, artifact, golden, played.width, tolerance)
  // Second moments are the last of the moments; squares are off by twice as much.
  const second = played.moments.subarray(played.moments.length - played.weights.length)
  expectNamed('second moments', golden.secondMoments, second, artifact, golden, played.width, 2 * tolerance)
  expectStatistics(artifact, golden, played.statistics, tolerance)
  // A logit is a sum of terms as large as the biases, off by so much; a probability p by p (1 - p) times what its logit is.
  const bias = golden.weights.find(({ name }) => name === 'head.bias')
  const term = bias ? bias.norm / Math.sqrt(at(bias.shape, 0)) : 0
  golden.predictions.forEach((expected, query) => {
    expected.forEach((value, index) => {
      const scale =
        artifact.task === 'classification' ? Math.max(1, term * value * (1 - value)) : Math.max(1, Math.abs(value))
      expectNear(`prediction ${query}, ${index}`, at(played.predictions, query)[index], value, tolerance * scale)
    })
    // Classes that the task does not have are never predicted.
    expect(
      at(played.predictions, query)
        .subarray(expected.length)
        .every((probability) => probability === 0),
    ).toBe(true)
  })
}

/** Holds the parameters in a flat vector against their summaries; of a head, the rows of the classes in the task. */
function expectNamed(
  what: string,
  expected: GoldenCase['weights'],
  flat: Float32Array,
  artifact: Artifact,
  { classes }: GoldenCase,
  width: number,
  tolerance: number,
): void {
  const { adapted } = layoutParameters(artifact, width)
  for (const summary of expected) {
    const index = adapted.findIndex(({ name }) => name === summary.name)
    if (index < 0) continue // what does not adapt stays what it was
    const start = adapted.slice(0, index).reduce((sum, { shape }) => sum + sizeOf(shape), 0)
    const size = sizeOf(usedShape(at(adapted, index), classes))
    expectSummary(`${what}: ${summary.name}`, flat.subarray(start, start + size), summary, tolerance)
  }
}

function usedShape({ name, shape }: Parameter, classes: number): readonly number[] {
  return name.startsWith('head.') ? [classes, ...shape.slice(1)] : shape
}

/** The project keeps inverse deviations, 1 / sqrt(variance + epsilon), one batch norm after the other. */
function expectStatistics(
  { layers }: Artifact,
  { statistics }: GoldenCase,
  flat: Float32Array,
  tolerance: number,
): void {
  let start = 0
  for (const { layer, mean, variance } of statistics) {
    const channels = at(mean.shape, 0)
    const norm = at(layers, layer)
    const epsilon = norm.type === 'batchNorm' ? norm.epsilon : 0
    const means = flat.subarray(start, start + channels)
    const variances = flat.subarray(start + channels, start + 2 * channels).map((inverse) => 1 / inverse ** 2 - epsilon)
    expectSummary(`layer ${layer}: means`, means, mean, tolerance)
    expectSummary(`layer ${layer}: variances`, variances, variance, 2 * tolerance)
    start += 2 * channels
  }
}
