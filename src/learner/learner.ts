/** What serving and training ask of the learner. `createLearner` (create-learner.ts) makes one for a model and an engine. */
import type { WidthSettings } from '../model/artifact.js'

/** The labelled examples of one client: what the paper calls a task's training set, the field its support set. */
export type SupportSet = ClassificationSupport | RegressionSupport

export interface ClassificationSupport {
  readonly kind: 'classification'
  /** One flat row-major array an example, of the model's input size. */
  readonly inputs: readonly Float32Array[]
  /** The class of each example, 0 to classes - 1; every class has at least one example. */
  readonly classOf: readonly number[]
  readonly classes: number
}

export interface RegressionSupport {
  readonly kind: 'regression'
  readonly inputs: readonly Float32Array[]
  /** One array an example, of the model's output size. */
  readonly targets: readonly Float32Array[]
}

/** What is not given comes from the model's own settings for that number of classes. */
export interface AdaptSettings {
  readonly steps?: number | undefined
  readonly learningRate?: number | undefined
  /** Seeds the order in which mini-batches are drawn: the same request gives the same weights. */
  readonly seed: number
  /** The milliseconds that are left, where time is limited: then fewer steps are done, as many as fit. */
  readonly remaining?: (() => number) | undefined
}

/** A client's own model. */
export interface Adaptation {
  /** 0 for regression. */
  readonly classes: number
  /** The adapted parameters, flat (what the model shares among clients is not in it). */
  readonly weights: Float32Array
  /** Batch-norm statistics of the whole support set under these weights, flat. */
  readonly statistics: Float32Array
  /** The inner steps done. */
  readonly steps: number
  readonly learningRate: number
  /** The mini-batch loss before each step. */
  readonly losses: readonly number[]
}

export interface Learner {
  /** The largest support set that can be adapted to. */
  readonly maxExamples: number
  /** The most queries that are answered in one run of the engine. */
  readonly mostQueries: number
  /** The inner loop's settings for tasks of so many classes (0 for regression). Throws LearnerError where there are none. */
  settingsFor(classes: number): WidthSettings
  /** The most inner steps of one slice, for a task of so many classes and examples. */
  stepsASlice(classes: number, examples: number): number
  /** Runs the inner loop. Throws LearnerError for a support set that cannot be learned from or steps that diverged. */
  adapt(support: SupportSet, settings: AdaptSettings): Promise<Adaptation>
  /** The same in slices: yields between runs of the engine. Where it stops does not change what comes out. */
  slices(support: SupportSet, settings: AdaptSettings): AsyncGenerator<void, Adaptation, void>
  /**
   * One array an input: the probability of each class, or the output values. No input changes another's answer; where an
   * input is too large for the weights, its answer is not finite.
   */
  predict(
    adaptation: Pick<Adaptation, 'classes' | 'weights' | 'statistics'>,
    inputs: readonly Float32Array[],
  ): Promise<Float32Array[]>
  close(): Promise<void>
}

export type LearnerErrorCode = 'too-few-classes' | 'too-many-classes' | 'too-many-examples' | 'diverged'

export class LearnerError extends Error {
  override readonly name = 'LearnerError'
  constructor(
    readonly code: LearnerErrorCode,
    message: string,
  ) {
    super(message)
  }
}
