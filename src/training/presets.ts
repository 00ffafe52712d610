/** Settings to start from, by name: `reptile-serve train NAME`; a settings file and flags go over them. */
import type { z } from 'zod'
import type { dataSchema, runSchema } from './settings.js'

/** Where the data lie only the user knows. */
type WithoutPath<Data> = Data extends { path: string } ? Omit<Data, 'path'> : Data

export interface Preset {
  /** What it is for, in a line. */
  readonly about: string
  readonly settings: Omit<z.input<typeof runSchema>, 'data'> & {
    readonly data: WithoutPath<z.input<typeof dataSchema>>
  }
}

/** The paper's inner optimizer (appendix A): Adam without momentum; its second moments run through the meta-training. */
const adam = { type: 'adam', beta1: 0, beta2: 0.999, epsilon: 1e-8, moments: 'carried' } as const

type InnerLoop = Preset['settings']['model']['innerLoop']

/** All parameters adapt. */
function adapting(widths: InnerLoop['widths']): InnerLoop {
  return { optimizer: adam, scope: 'all', widths }
}

/** For a quick try. */
const fewSteps: InnerLoop['widths'] = [
  { classes: 5, batch: 10, steps: 20, learningRate: 0.001 },
  { classes: 20, batch: 20, steps: 20, learningRate: 0.001 },
]

/** `prior`: see learner/population.ts. */
const strided = (filters: number, prior?: number) =>
  [
    { type: 'conv2d', filters, kernel: 3, stride: 2, padding: 1, bias: false },
    { type: 'batchNorm', epsilon: 1e-5, ...(prior && { prior }) },
    { type: 'relu' },
  ] as const

const pooled = (filters: number) =>
  [
    { type: 'conv2d', filters, kernel: 3, stride: 1, padding: 1, bias: false },
    { type: 'batchNorm', epsilon: 1e-5 },
    { type: 'maxPool', size: 2, stride: 2 },
    { type: 'relu' },
  ] as const

function four<Layer>(layers: readonly Layer[]): Layer[] {
  return [...layers, ...layers, ...layers, ...layers]
}

export const presets: Readonly<Record<string, Preset>> = {
  glyphs: {
    about: 'a quick try on made-up characters, under a minute and without any download',
    settings: {
      model: {
        name: 'glyphs',
        description: 'Made-up characters: a quick try of meta-training.',
        layers: four(strided(16)),
        head: { kind: 'prototypes', scale: 0.3 },
        innerLoop: adapting(fewSteps),
      },
      data: { kind: 'glyphs', classes: 200, images: 12, split: { validation: 40 } },
      meta: { iterations: 1000, tasksPerStep: 4, ways: 5, shots: 5, batch: 10, steps: 5, learningRate: 0.001 },
      validation: { every: 250, tasks: 100 },
    },
  },

  'omniglot-conv4': {
    about: 'the shipped model of drawn characters: Gaussian heads, one initialization for 2 to 100 classes (an hour)',
    settings: {
      model: {
        name: 'omniglot-conv4',
        description:
          'Drawn characters, signs and simple shapes, 2 to 100 classes from a few examples each; meta-trained on Omniglot.',
        layers: four(strided(64, 20)),
        head: { kind: 'prototypes', scale: 0.3, gaussian: { shrinkage: 3, temper: 0.5 } },
        innerLoop: adapting([
          // Five examples of each class at once: a few steps on less of them take more than they give.
          { classes: 5, batch: 25, steps: 20, learningRate: 0.0005 },
          { classes: 20, batch: 100, steps: 10, learningRate: 0.0005 },
          { classes: 100, batch: 100, steps: 20, learningRate: 0.0002 },
        ]),
      },
      data: { kind: 'images', augmentation: { rotations: true, shift: 1.5, scale: 0.1, turn: 10 } },
      // Many small meta-steps: with the same examples 12,000 of one task reach 20-way 1-shot what 3,000 of four do, and 0.8% more.
      meta: { iterations: 60_000, tasksPerStep: 2, ways: 20, shots: 5, batch: 20, steps: 5, learningRate: 0.001 },
      validation: { every: 5000 },
    },
  },

  /** Section 6.1 and its appendix; evaluation with mini-batches of 5 (5-way) and 10 (20-way), 50 steps. */
  'omniglot-paper': {
    about: "the paper's own 5-way Omniglot run: 100,000 meta-iterations, a head from one meta-learned vector",
    settings: {
      model: {
        name: 'omniglot-paper',
        description: "Drawn characters; meta-trained on Omniglot with the paper's own settings (arXiv 1803.02999).",
        layers: four(strided(64)),
        head: { kind: 'shared' },
        innerLoop: adapting([
          { classes: 5, batch: 5, steps: 50, learningRate: 0.001 },
          { classes: 20, batch: 10, steps: 50, learningRate: 0.0005 },
        ]),
      },
      data: { kind: 'images', augmentation: { rotations: true } },
      meta: { iterations: 100_000, tasksPerStep: 5, ways: 5, shots: 10, batch: 10, steps: 5, learningRate: 0.001 },
      validation: { every: 5000 },
    },
  },

  /** Section 6.1 and its appendix, 5-way 5-shot. */
  'mini-imagenet-conv4': {
    about: "the paper's mini-ImageNet network: 84x84 colour images, 32 filters with max pooling, 5-way",
    settings: {
      model: {
        name: 'mini-imagenet-conv4',
        description:
          'Small colour photographs, up to 5 classes from a few examples each; meta-trained on mini-ImageNet.',
        layers: four(pooled(32)),
        head: { kind: 'shared' },
        innerLoop: adapting([{ classes: 5, batch: 15, steps: 50, learningRate: 0.001 }]),
      },
      data: { kind: 'mini-imagenet' },
      meta: { iterations: 100_000, tasksPerStep: 5, ways: 5, shots: 15, batch: 10, steps: 8, learningRate: 0.001 },
    },
  },

  /** Section 4. */
  'sine-mlp': {
    about: "the paper's toy problem: sine waves from a few of their points",
    settings: {
      model: {
        name: 'sine-mlp',
        description:
          'Sine waves of any amplitude from 0.1 to 5 and any phase, from a few points between -5 and 5 (the toy problem of the paper).',
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
      data: { kind: 'sine' },
      meta: {
        iterations: 30_000,
        tasksPerStep: 4,
        metaStep: 0.5,
        ways: 0,
        shots: 50,
        batch: 10,
        steps: 10,
        learningRate: 0.02,
      },
      validation: { every: 3000, shots: [5, 10] },
    },
  },

  'csv-mlp': {
    about: 'rows of numbers with a column of labels (--data FILE --label COLUMN)',
    settings: {
      model: {
        name: 'csv-mlp',
        description: 'Rows of numbers, 2 to 20 classes from a few examples each.',
        layers: [{ type: 'dense', units: 64 }, { type: 'relu' }, { type: 'dense', units: 64 }, { type: 'relu' }],
        head: { kind: 'prototypes', scale: 0.3 },
        innerLoop: adapting(fewSteps),
      },
      data: { kind: 'csv', label: 'label', split: { validation: 5 } },
      meta: { iterations: 3000, ways: 5, shots: 5, batch: 10, steps: 5, learningRate: 0.001 },
    },
  },
}
