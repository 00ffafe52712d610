/**
 * What batch norms saw in meta-training. The statistics of a handful of examples are noisy, so a batch norm may let those of the
 * training data count for `prior` examples more: with n of its own their share is prior / (prior + n). (Schneider et al. 2020,
 * arXiv 2006.16971, mix statistics so for data from elsewhere.)
 */
import type { Tensors } from '../engine/engine.js'
import type { Artifact, NamedShape } from '../model/artifact.js'
import type { Builder } from '../program/builder.js'
import { at, type Value } from '../program/program.js'
import { asColumn, parameter } from './matrices.js'
import { sizeOfAll, splitParameters } from './parameters.js'
import { layerShapes } from './shapes.js'
import { constantFeed } from './vectors.js'

/** Of the channels of a batch norm, each [B, C, 1]; the variance is the biased one. */
export interface Statistics {
  readonly mean: Value
  readonly variance: Value
}

/** The batch norms with a prior, in order. */
function priors(artifact: Artifact): { layer: number; prior: number; channels: number }[] {
  const shapes = layerShapes(artifact)
  return artifact.layers.flatMap((layer, index) =>
    layer.type === 'batchNorm' && layer.prior
      ? [{ layer: index, prior: layer.prior, channels: at(shapes, index).channels }]
      : [],
  )
}

/** The tensors of the population's statistics, in the order of their flat vector. */
export function populationTensors(artifact: Artifact): NamedShape[] {
  return priors(artifact).flatMap(({ layer, channels }) => [
    { name: `${layer}.mean`, shape: [channels] },
    { name: `${layer}.variance`, shape: [channels], sign: 'not negative' },
  ])
}

/** The statistics of the training data and their share in those that a batch norm uses, each [B, C, 1]. */
export interface KnownStatistics extends Statistics {
  readonly share: Value
}

/** Declares population[1, size] and priorShares[B, batch norms with a prior]; nothing where there are none. */
export function populationParams(b: Builder, artifact: Artifact, clients: number): Value[] {
  const layers = priors(artifact)
  if (layers.length === 0) return []
  const size = sizeOfAll(populationTensors(artifact))
  return [b.keptParam('population', [1, size]), b.param('priorShares', [clients, layers.length])]
}

/** What is known for a layer; `params`: those that were declared. */
export function knownStatistics(
  b: Builder,
  artifact: Artifact,
  params: readonly Value[],
): (layer: number) => KnownStatistics | undefined {
  const [population, priorShares] = params
  if (!population || !priorShares) return () => undefined
  const clients = at(priorShares.type.shape, 0)
  const flat = b.expand(population, [clients, at(population.type.shape, 1)])
  const known = splitParameters(b, flat, populationTensors(artifact))
  const layers = priors(artifact)
  const shares = b.split(
    priorShares,
    1,
    layers.map(() => 1),
  )
  return (layer) => {
    const place = layers.findIndex((one) => one.layer === layer)
    if (place < 0) return undefined
    const column = (name: keyof Statistics) => asColumn(b, parameter(known, `${layer}.${name}`))
    const share = b.expand(asColumn(b, at(shares, place)), [clients, at(layers, place).channels, 1])
    return { mean: column('mean'), variance: column('variance'), share }
  }
}

export function mixed(b: Builder, own: Statistics, known: KnownStatistics | undefined): Statistics {
  if (!known) return own
  const of = (name: keyof Statistics) => b.add(own[name], b.mul(known.share, b.sub(known[name], own[name])))
  return { mean: of('mean'), variance: of('variance') }
}

/**
 * What feeds the declared parameters for one client of so many examples; without a population its own statistics count alone.
 */
export function populationFeeder(
  artifact: Artifact,
): (population: Float32Array | undefined, examples: number) => Tensors {
  const layers = priors(artifact)
  if (layers.length === 0) return () => ({})
  const unknown = new Float32Array(sizeOfAll(populationTensors(artifact)))
  return (population, examples) => {
    const shares = Float32Array.from(layers, ({ prior }) => (population ? prior / (prior + examples) : 0))
    return {
      ...constantFeed('population', population ?? unknown),
      priorShares: { shape: [1, layers.length], data: shares },
    }
  }
}
