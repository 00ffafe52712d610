/** model.json: what a model artifact says of itself. The weights lie beside it as safetensors. */
import { z } from 'zod'

const count = z.int().positive()

const layerSchema = z.discriminatedUnion('type', [
  /** Square kernel, no bias (a batch norm follows, whose shift takes its place) unless asked for. */
  z.strictObject({
    type: z.literal('conv2d'),
    filters: count,
    kernel: count,
    stride: count,
    padding: z.int().min(0),
    bias: z.boolean().default(false),
  }),
  /** `prior`: for how many examples the statistics of the training data count beside those of a support set; absent: for none. */
  z.strictObject({
    type: z.literal('batchNorm'),
    epsilon: z.number().positive(),
    prior: z.number().positive().optional(),
  }),
  z.strictObject({ type: z.literal('relu') }),
  z.strictObject({ type: z.literal('tanh') }),
  z.strictObject({ type: z.literal('maxPool'), size: count, stride: count }),
  z.strictObject({ type: z.literal('dropout'), rate: z.number().min(0).lt(1) }),
  z.strictObject({ type: z.literal('dense'), units: count }),
])

const featureSchema = z.strictObject({ name: z.string(), mean: z.number(), deviation: z.number().positive() })

const inputSchema = z.discriminatedUnion('kind', [
  /** Pixels are scaled to 0..1; `ink`: 1 is ink and 0 is paper, whichever of them is dark in the image sent. */
  z.strictObject({
    kind: z.literal('image'),
    height: count,
    width: count,
    channels: z.union([z.literal(1), z.literal(3)]),
    polarity: z.enum(['ink', 'asis']),
  }),
  /** `features`: what each value means and how it is scaled, (value - mean) / deviation; absent: taken as it is. */
  z
    .strictObject({ kind: z.literal('values'), length: count, features: z.array(featureSchema).optional() })
    .refine(({ length, features }) => (features?.length ?? length) === length, {
      error: 'there is one feature for each value',
      path: ['features'],
    }),
])

/** See learner/gaussian-head.ts. */
const gaussianSchema = z.strictObject({
  /** So many times their mean is added to the variances within classes: new classes are known less well than those trained on. */
  shrinkage: z.number().min(0).max(1000),
  /** What log-likelihoods are multiplied with to be logits: 1 for classes that are as normal as is assumed, less for others. */
  temper: z.number().min(1e-6).max(1000),
})

const headSchema = z.discriminatedUnion('kind', [
  /**
   * Row i starts as scale * (c_i - m) / |c_i - m|, from the class prototypes c_i of the support set and their mean m; with
   * `gaussian`, once the classes of the training data have been measured, as the log-likelihood of class i among such classes.
   */
  z.strictObject({
    kind: z.literal('prototypes'),
    scale: z.number().positive(),
    gaussian: gaussianSchema.optional(),
  }),
  /** Every row starts as the one meta-learned vector `head.weight` (and `head.bias`). */
  z.strictObject({ kind: z.literal('shared') }),
])

const optimizerSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('sgd') }),
  z.strictObject({ type: z.literal('momentum'), momentum: z.number().min(0).lt(1) }),
  /** `carried`: second moments start from those of the meta-training, stored in the artifact, without bias correction. */
  z.strictObject({
    type: z.literal('adam'),
    beta1: z.number().min(0).lt(1),
    beta2: z.number().min(0).lt(1),
    epsilon: z.number().positive(),
    moments: z.enum(['carried', 'zero']),
  }),
])

/** The inner loop's settings for tasks of up to `classes` classes (0: regression). */
const widthSchema = z.strictObject({
  classes: z.int().min(0).max(100),
  batch: count.max(1000),
  steps: z.int().min(0).max(100_000),
  learningRate: z.number().positive(),
})

export const artifactSchema = z
  .strictObject({
    formatVersion: z.literal(1),
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
    description: z.string(),
    task: z.enum(['classification', 'regression']),
    input: inputSchema,
    layers: z.array(layerSchema).min(1),
    /** Classification only. */
    head: headSchema.optional(),
    innerLoop: z.strictObject({
      optimizer: optimizerSchema,
      /** What adapts: all parameters; normalisation and head; the head alone. */
      scope: z.enum(['all', 'norm', 'head']),
      /** Added to the loss: l1 * sum |w| + l2 / 2 * sum w^2 over adapted weights, but for biases and batch norms. */
      l1: z.number().min(0).optional(),
      l2: z.number().min(0).optional(),
      /** By growing number of classes; a task takes the first that is wide enough. */
      widths: z.array(widthSchema).min(1),
    }),
    weights: z.strictObject({ file: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
    /** The exact command, seed and iterations that made the weights, and the accuracy reached. */
    provenance: z.record(z.string(), z.unknown()),
  })
  .refine(({ task, head }) => (task === 'classification') === (head !== undefined), {
    error: 'a classification model has a head, a regression model has none',
    path: ['head'],
  })
  .refine(
    ({ task, innerLoop }) =>
      widthsFit(
        task,
        innerLoop.widths.map(({ classes }) => classes),
      ),
    {
      error: 'class widths of a classifier grow from at least 2; a regression model has the one width 0',
      path: ['innerLoop', 'widths'],
    },
  )

function widthsFit(task: 'classification' | 'regression', widths: readonly number[]): boolean {
  if (task === 'regression') return widths.join() === '0'
  return widths.every((width, index) => width > (widths[index - 1] ?? 1))
}

export type Artifact = z.infer<typeof artifactSchema>
export type Layer = Artifact['layers'][number]
export type InputSpec = Artifact['input']
export type Feature = z.infer<typeof featureSchema>
export type Scaling = Pick<Feature, 'mean' | 'deviation'>
export type OptimizerSpec = Artifact['innerLoop']['optimizer']
export type Scope = Artifact['innerLoop']['scope']
export type WidthSettings = Artifact['innerLoop']['widths'][number]

/** A tensor that the weights must have. */
export interface NamedShape {
  readonly name: string
  readonly shape: readonly number[]
  /** Of every number of it; absent: any. */
  readonly sign?: 'positive' | 'not negative'
}

/** A verified artifact with its weights in memory. */
export interface Model {
  readonly artifact: Artifact
  /** sha256 over model.json and the weights: names exactly this initialization. */
  readonly digest: string
  /** By name (learner/parameters.ts says which), row-major. Second moments are named `secondMoment.<parameter>`. */
  readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>
}

/** How many numbers an input has. */
export function inputSize(input: InputSpec): number {
  return input.kind === 'image' ? input.height * input.width * input.channels : input.length
}

/** A value as the model takes it; as large as it came out, which a value that is far off makes infinite. */
export function scaled(value: number, { mean, deviation }: Scaling): number {
  return Math.fround((value - mean) / deviation)
}
