/**
 * The features program: what the body makes of a whole support set, with batch-norm statistics of that whole set. M is one
 * of a few sizes; a smaller support set is filled up with examples of weight 0, which touch neither statistics nor sums.
 */
import { type Artifact, inputSize } from '../model/artifact.js'
import { Builder } from '../program/builder.js'
import type { Program, Value } from '../program/program.js'
import { at } from '../program/program.js'
import type { Mode } from './network.js'
import { forward } from './network.js'
import { bodyOf, declareWeights } from './parameters.js'
import { knownStatistics, mixed, populationParams, type Statistics } from './population.js'
import { layerShapes } from './shapes.js'

/** How many numbers of statistics a model has: mean and inverse deviation of each channel of each batch norm. */
export function statisticsSize(artifact: Artifact): number {
  return batchNormChannels(artifact).reduce((sum, channels) => sum + 2 * channels, 0)
}

/** The channels of each batch norm layer, in order. */
export function batchNormChannels(artifact: Artifact): number[] {
  const shapes = layerShapes(artifact)
  return artifact.layers.flatMap((layer, index) => (layer.type === 'batchNorm' ? [at(shapes, index).channels] : []))
}

/**
 * Feeds: weights[B, body size], shared[1,Q] (where the scope leaves something out), x[B,M,input], exampleWeights[B,M] (each
 * client's sum to 1), and where batch norms have a prior population and priorShares (population.ts). Results:
 * features[B,M,F], and statistics[B,statistics size] where the model has batch norms.
 */
export function featuresProgram(
  artifact: Artifact,
  { clients, examples }: { clients: number; examples: number },
): Program {
  const b = new Builder()
  const parameters = declareWeights(b, bodyOf(artifact), clients)
  const x = b.param('x', [clients, examples, inputSize(artifact.input)])
  const exampleWeights = b.param('exampleWeights', [clients, examples])
  const known = knownStatistics(b, artifact, populationParams(b, artifact, clients))
  const statistics: Value[] = []
  const mode: Mode = {
    normalize: (layer, value, scale, shift, epsilon) => {
      const { mean, variance } = mixed(b, weightedStatistics(b, value, exampleWeights), known(layer))
      const inverse = b.div(b.scalar(1), b.sqrt(b.add(variance, b.scalar(epsilon))))
      statistics.push(mean, inverse)
      return b.add(b.mul(b.sub(value, mean), b.mul(inverse, scale)), shift)
    },
  }
  const features = b.transpose(forward(b, artifact, parameters, x, mode), [0, 2, 1])
  if (statistics.length === 0) return b.build({ features })
  return b.build({ features, statistics: b.reshape(b.concat(statistics, 1), [clients, statisticsSize(artifact)]) })
}

/** Mean and variance of x [B, C, positions] under weights of the examples [B, M]. */
function weightedStatistics(b: Builder, x: Value, exampleWeights: Value): Statistics {
  const [clients, examples] = exampleWeights.type.shape as [number, number]
  const positions = at(x.type.shape, 2)
  const area = positions / examples
  const perPosition = b.expand(b.reshape(b.scale(exampleWeights, 1 / area), [clients, 1, examples]), [
    clients,
    area,
    examples,
  ])
  const weights = b.reshape(perPosition, [clients, positions, 1])
  const mean = b.matmul(x, weights)
  const centred = b.sub(x, mean)
  return { mean, variance: b.matmul(b.mul(centred, centred), weights) }
}
