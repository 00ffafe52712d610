/** The settings of a meta-training: one file, and flags over it; written into the run folder as they were used. */
import { z } from 'zod'
import { artifactSchema } from '../model/artifact.js'
import { looks } from './data/looks.js'

const count = z.int().positive()
const probability = z.number().min(0).max(1)

/** Each on its own; absent: not done. */
const augmentationSchema = z.strictObject({
  /** Images turned by 90, 180 and 270 degrees as further classes (paper, section 6.1). */
  rotations: z.boolean().default(false),
  /** At most so many pixels of the model's input to each side. */
  shift: z.number().min(0).default(0),
  /** At most so much larger or smaller: 0.1 for 90 to 110%. */
  scale: z.number().min(0).lt(1).default(0),
  /** At most so many degrees to each side. */
  turn: z.number().min(0).max(180).default(0),
  /** At most so many pixels of ink more or less around every stroke. */
  stroke: z.number().min(0).default(0),
  /** Standard deviation of what is added to each number of an input. */
  noise: z.number().min(0).default(0),
})

/** How classes are divided: with the seed of the run. */
const splitSchema = z.strictObject({ validation: z.int().min(0).default(100) })

const imageSchema = z.strictObject({
  height: count.max(512).default(28),
  width: count.max(512).default(28),
  channels: z.union([z.literal(1), z.literal(3)]).default(1),
  polarity: z.enum(['ink', 'asis']).default('ink'),
})

/** All images as another kind of drawing (data/looks.ts), to measure out of a model's domain. */
const lookSchema = z.enum(looks)

export const dataSchema = z.discriminatedUnion('kind', [
  /** Folders of any depth; a class is a folder that holds images. */
  z.strictObject({
    kind: z.literal('images'),
    path: z.string(),
    image: imageSchema.prefault({}),
    look: lookSchema.optional(),
    split: splitSchema.prefault({}),
    augmentation: augmentationSchema.prefault({}),
  }),
  /** The usual folders train, val and test of 84x84 colour images, or train.csv, val.csv and test.csv beside a folder images. */
  z.strictObject({ kind: z.literal('mini-imagenet'), path: z.string(), augmentation: augmentationSchema.prefault({}) }),
  /** One row an example; `label` names the column of classes, all others are numbers and scaled to mean 0 and deviation 1. */
  z.strictObject({
    kind: z.literal('csv'),
    path: z.string(),
    label: z.string(),
    split: splitSchema.prefault({}),
    augmentation: augmentationSchema.prefault({}),
  }),
  /** One row an example; rows of one `group` are one function; `targets` are the columns to be predicted. */
  z.strictObject({
    kind: z.literal('regression-csv'),
    path: z.string(),
    group: z.string(),
    targets: z.array(z.string()).min(1),
    split: splitSchema.prefault({}),
  }),
  /** The paper's sine waves (section 4). */
  z.strictObject({ kind: z.literal('sine') }),
  /** Characters of alphabets that are made up from the seed: everything can be tried without a download. */
  z.strictObject({
    kind: z.literal('glyphs'),
    classes: count.default(400),
    images: count.default(20),
    look: lookSchema.optional(),
    split: splitSchema.prefault({}),
    augmentation: augmentationSchema.prefault({}),
  }),
])

/** How the initialization moves after the inner loops of an iteration's tasks. */
const algorithmSchema = z.discriminatedUnion('kind', [
  /** Towards the mean of where the inner loops ended (paper, algorithm 2). */
  z.strictObject({ kind: z.literal('reptile') }),
  /** Along the last gradient alone: first-order MAML. `tail`: of a mini-batch kept apart from those of the inner loop. */
  z.strictObject({ kind: z.literal('fomaml'), tail: z.enum(['separate', 'shared']).default('separate') }),
  /** Along a weighted sum of the inner loop's gradients g1, g2, ... (paper, section 6.2 and figure 3); as many as there are steps. */
  z.strictObject({ kind: z.literal('combination'), weights: z.array(z.number()).min(1) }),
])

export const metaSchema = z.strictObject({
  iterations: count.default(10_000),
  tasksPerStep: count.max(1000).default(5),
  algorithm: algorithmSchema.default({ kind: 'reptile' }),
  /** Epsilon, or the rate of the outer optimizer, at the first iteration; and how it falls to `final` times that. */
  metaStep: z.number().positive().default(1),
  schedule: z.enum(['constant', 'linear', 'cosine']).default('linear'),
  final: probability.default(0),
  outer: z
    .discriminatedUnion('type', [
      /** theta + epsilon (mean(phi) - theta). */
      z.strictObject({ type: z.literal('sgd') }),
      z.strictObject({
        type: z.literal('adam'),
        beta1: z.number().min(0).lt(1).default(0.9),
        beta2: z.number().min(0).lt(1).default(0.999),
        epsilon: z.number().positive().default(1e-8),
      }),
    ])
    .default({ type: 'sgd' }),
  /** What adapts in the inner loops of meta-training; absent: what adapts for a client (model.innerLoop.scope). */
  scope: z.enum(['all', 'norm', 'head']).optional(),
  /** The tasks of meta-training and their inner loop. */
  ways: z.int().min(0).max(100),
  shots: count,
  /** Examples of an inner step; 0: the whole support set (full-batch gradient descent). */
  batch: z.int().min(0).max(1000),
  steps: count,
  learningRate: z.number().positive(),
})

/** What a trained model is: all of model.json but what training finds. */
const modelSchema = z.strictObject({
  name: artifactSchema.shape.name,
  description: z.string(),
  layers: artifactSchema.shape.layers,
  head: artifactSchema.shape.head,
  innerLoop: artifactSchema.shape.innerLoop,
})

export const runSchema = z.strictObject({
  model: modelSchema,
  data: dataSchema,
  meta: metaSchema,
  seed: z.int().min(0).default(1),
  /** Meta-iterations between two measurements on held-out classes (0: only at the end), and the tasks of one. */
  validation: z
    .strictObject({
      every: z.int().min(0).default(1000),
      tasks: count.default(100),
      shots: z.array(count).default([1, 5]),
    })
    .prefault({}),
  /** Seconds between two checkpoints. */
  checkpointSeconds: z.number().positive().default(60),
})

export type RunSettings = z.infer<typeof runSchema>
export type DataSettings = z.infer<typeof dataSchema>
export type Augmentation = z.infer<typeof augmentationSchema>
export type MetaSettings = z.infer<typeof metaSchema>
export type Algorithm = z.infer<typeof algorithmSchema>
