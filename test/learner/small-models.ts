/** Models of every kind of layer, optimizer and scope, small enough for the reference engine. */
import { expectedTensors } from '../../src/learner/initialization.js'
import { fraction, seeded } from '../../src/learner/random.js'
import type { Artifact, Layer, Model, OptimizerSpec } from '../../src/model/artifact.js'
import { sizeOf } from '../../src/program/program.js'

export const optimizers = {
  sgd: { type: 'sgd' },
  momentum: { type: 'momentum', momentum: 0.9 },
  'adam, beta1 0, moments from zero': { type: 'adam', beta1: 0, beta2: 0.99, epsilon: 1e-3, moments: 'zero' },
  'adam, beta1 0, moments carried': { type: 'adam', beta1: 0, beta2: 0.999, epsilon: 1e-8, moments: 'carried' },
  'adam, beta1 0.9, moments from zero': { type: 'adam', beta1: 0.9, beta2: 0.99, epsilon: 1e-3, moments: 'zero' },
  'adam, beta1 0.9, moments carried': { type: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, moments: 'carried' },
} as const satisfies Record<string, OptimizerSpec>

const conv = (filters: number, { stride = 1, bias = false } = {}): Layer => ({
  type: 'conv2d',
  filters,
  kernel: 3,
  stride,
  padding: 1,
  bias,
})
const batchNorm: Layer = { type: 'batchNorm', epsilon: 1e-3 }

/** Bodies of classifiers of 8 x 8 images. */
export const bodies = {
  'strided convolutions': [
    conv(4, { stride: 2 }),
    batchNorm,
    { type: 'relu' },
    conv(5, { stride: 2 }),
    batchNorm,
    { type: 'relu' },
  ],
  'batch norms with a prior': [
    conv(4, { stride: 2 }),
    { ...batchNorm, prior: 6 },
    { type: 'relu' },
    conv(5, { stride: 2 }),
    batchNorm,
    { type: 'relu' },
  ],
  'max pools': [
    conv(4),
    batchNorm,
    { type: 'relu' },
    { type: 'maxPool', size: 2, stride: 2 },
    conv(4),
    batchNorm,
    { type: 'tanh' },
    { type: 'maxPool', size: 2, stride: 2 },
  ],
  'overlapping max pools': [
    conv(4, { bias: true }),
    { type: 'tanh' },
    { type: 'maxPool', size: 3, stride: 2 },
    conv(3, { bias: true }),
    { type: 'tanh' },
  ],
  'convolutions with a bias': [
    conv(4, { stride: 2, bias: true }),
    { type: 'tanh' },
    conv(6, { stride: 2, bias: true }),
    { type: 'tanh' },
  ],
  'dense layers': [{ type: 'dense', units: 8 }, { type: 'tanh' }, { type: 'dense', units: 6 }],
  'batch norm behind a dense layer': [{ type: 'dense', units: 8 }, batchNorm, { type: 'relu' }],
  dropout: [
    conv(4, { stride: 2 }),
    batchNorm,
    { type: 'dropout', rate: 0.25 },
    { type: 'dense', units: 6 },
    { type: 'tanh' },
    { type: 'dropout', rate: 0.5 },
  ],
} as const satisfies Record<string, readonly Layer[]>

type Changes = Partial<Pick<Artifact, 'input' | 'head'>> &
  Partial<Artifact['innerLoop']> & { readonly layers?: readonly Layer[] }

const described = {
  formatVersion: 1,
  name: 'small',
  description: '',
  weights: { file: '', sha256: '' },
  provenance: {},
} as const

/** A classifier of 8 x 8 images into up to 3 classes. */
export function classifier({
  layers = bodies['strided convolutions'],
  input,
  head,
  optimizer,
  scope,
  widths,
  ...penalties
}: Changes = {}): Artifact {
  return {
    ...described,
    task: 'classification',
    input: input ?? { kind: 'image', height: 8, width: 8, channels: 1, polarity: 'ink' },
    layers: [...layers],
    head: head ?? { kind: 'prototypes', scale: 0.5 },
    innerLoop: {
      optimizer: optimizer ?? optimizers.sgd,
      scope: scope ?? 'all',
      ...penalties,
      widths: widths ?? [{ classes: 3, batch: 4, steps: 4, learningRate: 0.05 }],
    },
  }
}

/** A function of two numbers with two values. */
export function regressor({ layers, optimizer, scope, widths }: Changes = {}): Artifact {
  return {
    ...described,
    task: 'regression',
    input: { kind: 'values', length: 2 },
    layers: layers
      ? [...layers]
      : [
          { type: 'dense', units: 6 },
          { type: 'batchNorm', epsilon: 1e-3 },
          { type: 'tanh' },
          { type: 'dense', units: 2 },
        ],
    innerLoop: {
      optimizer: optimizer ?? optimizers.sgd,
      scope: scope ?? 'all',
      widths: widths ?? [{ classes: 0, batch: 4, steps: 4, learningRate: 0.05 }],
    },
  }
}

/** A model whose every number is drawn at random; moments are positive, scales about 1. */
export function modelOf(artifact: Artifact, seed = 1): Model {
  const random = seeded(seed)
  const tensors = expectedTensors(artifact).map(({ name, shape }) => {
    const isMoment = name.startsWith('secondMoment.')
    const middle = isMoment || name.endsWith('.scale') || /\.(variance|within|between)$/.test(name) ? 1 : 0
    const data = Float32Array.from({ length: sizeOf(shape) }, () => middle + 0.8 * (fraction(random) - 0.5))
    return [name, { shape, data }] as const
  })
  return { artifact, digest: `seed ${seed}`, tensors: new Map(tensors) }
}
