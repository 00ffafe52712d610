/**
 * The baseline without meta-training: random weights, and a head of zeros, trained on the support set alone. What comes out is a
 * model like any other, whose inner loop is that training.
 */
import { type Initialization, modelOf } from '../../learner/initialization.js'
import { derived, seeded } from '../../learner/random.js'
import type { Artifact, Model, OptimizerSpec } from '../../model/artifact.js'
import { randomInitialization } from '../start.js'

export type ScratchOptimizer = 'sgd' | 'adam' | 'rmsprop'

/** Each as its authors give it; and the learning rate that goes with it where nothing else is said. */
export const scratchOptimizers: Readonly<Record<ScratchOptimizer, { spec: OptimizerSpec; learningRate: number }>> = {
  sgd: { spec: { type: 'sgd' }, learningRate: 0.05 },
  adam: { spec: { type: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, moments: 'zero' }, learningRate: 0.001 },
  // Tieleman & Hinton's divides by the root of a running mean of squares that starts at zero and is not corrected for that:
  // Adam without first moments, whose second moments are taken for carried ones (learner/optimizers.ts) and are zeros.
  rmsprop: { spec: { type: 'adam', beta1: 0, beta2: 0.9, epsilon: 1e-8, moments: 'carried' }, learningRate: 0.001 },
}

export interface ScratchSettings {
  readonly optimizer: ScratchOptimizer
  /** Of the random weights. */
  readonly seed: number
  readonly learningRate?: number | undefined
}

/** A model of the artifact's network that knows nothing yet. All of its parameters are trained, whatever the artifact's scope. */
export function fromScratch(artifact: Artifact, { optimizer, seed, learningRate }: ScratchSettings): Model {
  const { spec, learningRate: usual } = scratchOptimizers[optimizer]
  const own: Artifact = {
    ...artifact,
    // Prototypes would be more than nothing: class means of random features tell quite some classes apart.
    ...(artifact.head ? { head: { kind: 'shared' } } : {}),
    innerLoop: {
      optimizer: spec,
      scope: 'all',
      widths: artifact.innerLoop.widths.map((width) => ({ ...width, learningRate: learningRate ?? usual })),
    },
    provenance: { baseline: 'scratch', optimizer, seed },
  }
  const start: Initialization = randomInitialization(own, seeded(derived(seed)))
  return modelOf(own, start)
}
