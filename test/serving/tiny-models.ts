/** Models that are real but tiny, on the reference engine: serving is tested with what it serves. */
import type { Engine } from '../../src/engine/engine.js'
import { ReferenceEngine } from '../../src/engine/reference.js'
import { createLearner } from '../../src/learner/create-learner.js'
import { tensorsOf } from '../../src/learner/initialization.js'
import { seeded } from '../../src/learner/random.js'
import { type Artifact, artifactSchema } from '../../src/model/artifact.js'
import type { ServedModel } from '../../src/serving/served-model.js'
import { randomInitialization } from '../../src/training/start.js'

const common = {
  formatVersion: 1,
  weights: { file: 'weights.safetensors', sha256: '0'.repeat(64) },
  provenance: {},
} as const

const images = artifactSchema.parse({
  ...common,
  name: 'tiny-images',
  description: 'Tells drawings of 8 x 8 pixels apart.',
  task: 'classification',
  input: { kind: 'image', height: 8, width: 8, channels: 1, polarity: 'ink' },
  layers: [{ type: 'dense', units: 16 }, { type: 'tanh' }],
  head: { kind: 'prototypes', scale: 1 },
  innerLoop: {
    optimizer: { type: 'sgd' },
    scope: 'all',
    widths: [{ classes: 5, batch: 4, steps: 3, learningRate: 0.1 }],
  },
})

const curves = artifactSchema.parse({
  ...common,
  name: 'tiny-curves',
  description: 'Fits curves.',
  task: 'regression',
  input: { kind: 'values', length: 1 },
  layers: [{ type: 'dense', units: 8 }, { type: 'tanh' }, { type: 'dense', units: 2 }],
  innerLoop: {
    optimizer: { type: 'sgd' },
    scope: 'all',
    widths: [{ classes: 0, batch: 4, steps: 5, learningRate: 0.05 }],
  },
})

/** Another seed is another version of the model: other weights, and a digest that says so. */
export const tinyImages = (seed = 1, engine?: Engine) => serve(images, seed, engine)
export const tinyCurves = (seed = 1, engine?: Engine) => serve(curves, seed, engine)

async function serve(artifact: Artifact, seed: number, engine: Engine = new ReferenceEngine()): Promise<ServedModel> {
  const model = {
    artifact,
    digest: `${artifact.name} ${seed}`,
    tensors: tensorsOf(artifact, randomInitialization(artifact, seeded(seed))),
  }
  const sizes = { supports: [4, 10], queries: [1, 4] }
  return { model, learner: await createLearner(model, engine, sizes) }
}
