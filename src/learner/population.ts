/**
 * What batch norms saw in meta-training. The statistics of a handful of examples are noisy, so a batch norm may let those of the
 * training data count for `prior` examples more: with n of its own their share is prior / (prior + n). (Schneider et al. 2020,
 * arXiv 2006.16971, mix statistics so for data from elsewhere.)
 */
import type { Tensors } from '../engine/engine.js'
import type { Artifact } from '../model/artifact.js'
import type { Builder } from '../program/builder.js'
import { at, type Value } from '../program/program.js'
import { asColumn } from './matrices.js'
import { type NamedShape, sizeOfAll, splitParameters } from './parameters.js'
import { layerShapes } from './shapes.js'

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
    { name: `${layer}.variance`, shape: [channels] },
  ])
}

/**
 * Declares, where there are priors, population[1, size] and priorShares[B, batch norms with a prior], and gives what mixes a
 * layer's own statistics with them.
 */
export function declarePopulation(
  b: Builder,
  artifact: Artifact,
  clients: number,
): (layer: number, own: Statistics) => Statistics {
  const layers = priors(artifact)
  if (layers.length === 0) return (_layer, own) => own
  const tensors = populationTensors(artifact)
  const flat = b.expand(b.param('population', [1, sizeOfAll(tensors)]), [clients, sizeOfAll(tensors)])
  const known = splitParameters(b, flat, tensors)
  const shares = b.split(
    b.param('priorShares', [clients, layers.length]),
    1,
    layers.map(() => 1),
  )
  return (layer, own) => {
    const place = layers.findIndex((one) => one.layer === layer)
    if (place < 0) return own
    const share = asColumn(b, at(shares, place))
    const mixed = (name: keyof Statistics): Value => {
      const seen = asColumn(b, known.get(`${layer}.${name}`) as Value)
      return b.add(own[name], b.mul(share, b.sub(seen, own[name])))
    }
    return { mean: mixed('mean'), variance: mixed('variance') }
  }
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
      population: { shape: [1, unknown.length], data: population ?? unknown },
      priorShares: { shape: [1, layers.length], data: shares },
    }
  }
}
