/** A learner for one model on one engine: compiles every program that a request may need, so that no request waits for that. */
import type { Engine } from '../engine/engine.js'
import type { Model, WidthSettings } from '../model/artifact.js'
import { at } from '../program/program.js'
import { Budget } from './budget.js'
import { Features } from './features.js'
import { type Initialization, initializationOf, startingMoments } from './initialization.js'
import { InnerLoop } from './inner-loop.js'
import { type Adaptation, type AdaptSettings, type Learner, LearnerError, type SupportSet } from './learner.js'
import { Predictor } from './predictor.js'
import { toEnd } from './slices.js'
import { StartingHead } from './starting-head.js'
import { allFinite, concatenated } from './vectors.js'

export interface LearnerSizes {
  /** Support sets, growing; the last one is the largest that can be adapted to. */
  readonly supports: readonly number[]
  /** Queries of one run, growing. */
  readonly queries: readonly number[]
}

export const defaultSizes: LearnerSizes = { supports: [5, 10, 25, 50, 100, 200, 500], queries: [1, 2, 4, 8, 16, 32] }

/** `predicting`: where predictions run, so that they never wait for the slices of adaptations. */
export async function createLearner(
  model: Model,
  adapting: Engine,
  sizes: LearnerSizes = defaultSizes,
  predicting: Engine = adapting,
): Promise<Learner> {
  const { artifact } = model
  const initialization = initializationOf(model)
  const features = await Features.compile(adapting, artifact, sizes.supports)
  const widths: Width[] = []
  for (const settings of artifact.innerLoop.widths) {
    const innerLoops: InnerLoop[] = []
    for (const batch of batchesFor(settings.batch))
      innerLoops.push(await InnerLoop.compile(adapting, artifact, { ...settings, batch }))
    widths.push({
      settings,
      startingHead: await StartingHead.compile(adapting, artifact, settings.classes),
      innerLoops,
      predictor: await Predictor.compile(predicting, artifact, settings.classes, sizes.queries),
      moments: startingMoments(artifact, initialization, settings.classes),
    })
  }
  return new ModelLearner(model, initialization, features, widths, at(sizes.queries, sizes.queries.length - 1))
}

/** Everything compiled for tasks of up to `settings.classes` classes. */
interface Width {
  readonly settings: WidthSettings
  readonly startingHead: StartingHead
  /** By growing size of their mini-batches; the last has the model's own. */
  readonly innerLoops: readonly InnerLoop[]
  readonly predictor: Predictor
  /** Of the optimizer, where every adaptation starts. */
  readonly moments: Float32Array
}

/**
 * A mini-batch larger than the support set holds examples twice: where that is small, half the batch has the same gradient, or
 * nearly, at half the cost. Of a batch that holds five examples of each class a fifth holds one.
 */
function batchesFor(batch: number): number[] {
  const smaller = batch >= 25 ? [5, 2] : batch >= 10 ? [2] : []
  return [...smaller.map((part) => Math.ceil(batch / part)), batch]
}

/** The mini-batch that a model with mini-batches of `batch` takes for so many examples. */
export function batchFor(batch: number, examples: number): number {
  return batchesFor(batch).find((size) => size >= examples) ?? batch
}

function loopFor({ settings, innerLoops }: Width, examples: number): InnerLoop {
  return at(innerLoops, batchesFor(settings.batch).indexOf(batchFor(settings.batch, examples)))
}

class ModelLearner implements Learner {
  constructor(
    private readonly model: Model,
    private readonly initialization: Initialization,
    private readonly features: Features,
    private readonly widths: readonly Width[],
    private readonly mostAtOnce: number,
  ) {}

  get maxExamples(): number {
    return this.features.largest
  }

  get mostQueries(): number {
    return this.mostAtOnce
  }

  settingsFor(classes: number): WidthSettings {
    return this.widthFor(classes).settings
  }

  stepsASlice(classes: number, examples: number): number {
    return loopFor(this.widthFor(classes), examples).slice
  }

  adapt(support: SupportSet, settings: AdaptSettings): Promise<Adaptation> {
    return toEnd(this.slices(support, settings))
  }

  async *slices(support: SupportSet, settings: AdaptSettings): AsyncGenerator<void, Adaptation, void> {
    if (support.inputs.length > this.maxExamples) {
      throw new LearnerError(
        'too-many-examples',
        `${support.inputs.length} examples are more than the ${this.maxExamples} that one adaptation can take`,
      )
    }
    const { body } = this.initialization
    const classes = support.kind === 'classification' ? support.classes : 0
    const width = this.widthFor(classes)
    const asked = settings.steps ?? width.settings.steps
    const budget = settings.remaining && new Budget(settings.remaining)
    const learningRate = settings.learningRate ?? width.settings.learningRate
    const head = await width.startingHead.for(this.initialization, this.features, support)
    budget?.startSteps()
    const start = { weights: concatenated(body, head), moments: width.moments }
    const { weights, losses } = yield* loopFor(width, support.inputs.length).slices(
      start,
      this.initialization,
      support,
      {
        steps: asked,
        learningRate,
        seed: settings.seed,
        budget,
      },
    )
    const steps = losses.length
    yield
    const adaptedBody = weights.subarray(0, body.length)
    const { features, statistics } = await this.features.of(adaptedBody, this.initialization, support.inputs)
    const near = isNear(adaptedBody, body) && isNear(weights.subarray(body.length), head)
    if (![losses, statistics, ...features].every(allFinite) || !near) {
      throw new LearnerError(
        'diverged',
        steps > 0
          ? `${steps} inner steps at learning rate ${learningRate} diverged: use a smaller learning rate or fewer steps`
          : 'The model has no finite answer to these examples: send inputs like those that it was trained on',
      )
    }
    return { classes, weights, statistics, steps, learningRate, losses }
  }

  async predict(
    adaptation: Pick<Adaptation, 'classes' | 'weights' | 'statistics'>,
    inputs: readonly Float32Array[],
  ): Promise<Float32Array[]> {
    const { classes, weights, statistics } = adaptation
    const outputs = await this.widthFor(classes).predictor.outputs(
      weights,
      this.initialization.shared,
      statistics,
      inputs,
    )
    return classes > 0 ? outputs.map((row) => ofUsed(row, classes)) : outputs
  }

  async close(): Promise<void> {
    for (const { startingHead, innerLoops, predictor } of this.widths) {
      await startingHead.dispose()
      for (const innerLoop of innerLoops) await innerLoop.dispose()
      await predictor.dispose()
    }
    await this.features.dispose()
  }

  private widthFor(classes: number): Width {
    if (this.model.artifact.task === 'classification' && classes < 2)
      throw new LearnerError('too-few-classes', `a classifier needs examples of at least 2 classes, not ${classes}`)
    const width = this.widths.find(({ settings }) => settings.classes >= classes)
    if (width) return width
    const widest = this.widths.at(-1)?.settings.classes
    throw new LearnerError(
      'too-many-classes',
      `${classes} classes are more than the ${widest} that this model can tell apart`,
    )
  }
}

/** NaN, as where numbers overflow, for an input so far off that classes which the task does not have win. */
function ofUsed(row: Float32Array, classes: number): Float32Array {
  const used = row.subarray(0, classes)
  const sum = used.reduce((total, confidence) => total + confidence, 0)
  return sum > 0.99 ? used : used.fill(Number.NaN)
}

/**
 * Further away no training leads. Larger weights, though finite, answer with numbers that are not, or with logits below those
 * of unused classes.
 */
const FURTHEST = 1e4

function isNear(weights: Float32Array, start: Float32Array): boolean {
  for (let i = 0; i < weights.length; i++) {
    if (!(Math.abs((weights[i] ?? Number.NaN) - (start[i] ?? 0)) < FURTHEST)) return false
  }
  return true
}
