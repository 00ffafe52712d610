/** What is measured: the Omniglot network of the paper on mini-batches of five shapes. */
import type { Artifact } from '../../src/model/artifact.js'

/** A mini-batch of `batch` images of a task of `classes` classes. */
export interface Shape {
  readonly classes: number
  readonly batch: number
}

export const shapes: readonly Shape[] = [
  { classes: 5, batch: 5 },
  { classes: 5, batch: 10 },
  { classes: 5, batch: 25 },
  { classes: 20, batch: 20 },
  { classes: 20, batch: 100 },
]

export const shapeName = ({ classes, batch }: Shape): string => `n=${batch}, ${classes}-way`

const block: Artifact['layers'] = [
  { type: 'conv2d', filters: 64, kernel: 3, stride: 2, padding: 1, bias: false },
  { type: 'batchNorm', epsilon: 1e-5 },
  { type: 'relu' },
]

/** Architecture and optimizer of models/omniglot-conv4. */
export const conv4: Artifact = {
  formatVersion: 1,
  name: 'conv4',
  description: 'The network of the benchmark',
  task: 'classification',
  input: { kind: 'image', height: 28, width: 28, channels: 1, polarity: 'ink' },
  layers: [...block, ...block, ...block, ...block],
  head: { kind: 'prototypes', scale: 0.3 },
  innerLoop: {
    optimizer: { type: 'adam', beta1: 0, beta2: 0.999, epsilon: 1e-8, moments: 'carried' },
    scope: 'all',
    widths: shapes.map(({ classes, batch }) => ({ classes, batch, steps: 10, learningRate: 0.001 })),
  },
  weights: { file: 'none', sha256: '0'.repeat(64) },
  provenance: {},
}
