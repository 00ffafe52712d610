/** The shipped models before their training: architecture, preprocessing and inner loop, as they will stand in model.json. */
import type { Artifact } from '../model/artifact.js'
import type { MetaSettings } from './meta-train.js'

export type Blueprint = Omit<Artifact, 'weights' | 'provenance'>

/** How the shipped models are trained where the command line says nothing else. */
export const recipes: Readonly<Record<string, MetaSettings>> = {
  'omniglot-conv4': {
    iterations: 12_000,
    tasksPerStep: 4,
    inner: { classes: 20, batch: 20, steps: 5, learningRate: 0.001 },
    metaStep: 1,
  },
  'sine-mlp': {
    iterations: 30_000,
    tasksPerStep: 4,
    inner: { classes: 0, batch: 10, steps: 10, learningRate: 0.02 },
    metaStep: 0.5,
  },
}

const convolution = [
  { type: 'conv2d', filters: 64, kernel: 3, stride: 2, padding: 1, bias: false },
  { type: 'batchNorm', epsilon: 1e-5 },
  { type: 'relu' },
] as const

export const blueprints: Readonly<Record<string, Blueprint>> = {
  /** The paper's Omniglot network (section 6.1) with a head from prototypes. */
  'omniglot-conv4': {
    formatVersion: 1,
    name: 'omniglot-conv4',
    description:
      'Drawn characters, signs and simple shapes, 2 to 100 classes from a few examples each; meta-trained on Omniglot.',
    task: 'classification',
    input: { kind: 'image', height: 28, width: 28, channels: 1, polarity: 'ink' },
    layers: [...convolution, ...convolution, ...convolution, ...convolution],
    head: { kind: 'prototypes', scale: 0.3 },
    innerLoop: {
      optimizer: { type: 'adam', beta1: 0, beta2: 0.999, epsilon: 1e-8, moments: 'carried' },
      scope: 'all',
      widths: [
        { classes: 5, batch: 10, steps: 50, learningRate: 0.001 },
        { classes: 20, batch: 20, steps: 50, learningRate: 0.001 },
        { classes: 100, batch: 100, steps: 20, learningRate: 0.0002 },
      ],
    },
  },
  /** The paper's sine waves (section 4.2's figure): a network 1 -> 64 -> 64 -> 1 with tanh. */
  'sine-mlp': {
    formatVersion: 1,
    name: 'sine-mlp',
    description:
      'Sine waves of any amplitude from 0.1 to 5 and any phase, from a few points between -5 and 5 (the toy problem of the paper).',
    task: 'regression',
    input: { kind: 'values', length: 1 },
    layers: [
      { type: 'dense', units: 64 },
      { type: 'tanh' },
      { type: 'dense', units: 64 },
      { type: 'tanh' },
      { type: 'dense', units: 1 },
    ],
    innerLoop: {
      optimizer: { type: 'sgd' },
      scope: 'all',
      widths: [{ classes: 0, batch: 10, steps: 32, learningRate: 0.02 }],
    },
  },
}
