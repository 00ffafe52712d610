/** From examples and settings to an adaptation that can be kept: the inner loop in its turns. */
import { batchFor } from '../learner/create-learner.js'
import type { AskedSettings, Examples, NewAdaptation } from '../store/adaptation-store.js'
import type { WallClock } from './clock.js'
import { type Demand, PromisedTime } from './promised-time.js'
import { scalingOf } from './scaling.js'
import type { Scheduler } from './scheduler.js'
import type { ServedModel } from './served-model.js'
import { asServingError } from './serving-error.js'
import { runSliced } from './sliced-work.js'
import { labelsOf, supportSet } from './support.js'
import type { Task } from './task.js'

/** On any clock. */
const always = Number.POSITIVE_INFINITY

export interface LearnOrder {
  readonly id: string
  readonly served: ServedModel
  readonly examples: Examples
  readonly asked: AskedSettings
  /** Milliseconds from the arrival of the request in which the steps must be done; undefined: all steps, however long. */
  readonly budgetMs?: number | undefined
}

export class Learning {
  private readonly promisedTime: PromisedTime

  constructor(
    private readonly scheduler: Scheduler,
    /** Bounds the steps that a model does by itself; what a client asks for is bounded where it is read. */
    private readonly mostSteps: number,
    private readonly wallClock: WallClock,
    /** Whether turns that are taken at the same time share runs of the engine, or have each a core of their own. */
    isShared = false,
  ) {
    this.promisedTime = isShared
      ? new PromisedTime(
          () => 1,
          () => Math.max(1, scheduler.turnsUnderWay),
        )
      : new PromisedTime(() => scheduler.turnsAtOnce)
  }

  /** Throws ServingError, or the signal's reason where it aborts between two slices. */
  async run({ id, served, examples, asked, budgetMs }: LearnOrder, task: Task): Promise<NewAdaptation> {
    const { model, learner } = served
    const { tenant, timeline } = task
    const labels = labelsOf(examples)
    try {
      const support = supportSet(examples, labels)
      const steps = asked.steps ?? Math.min(learner.settingsFor(labels.length).steps, this.mostSteps)
      const budgetEnd = budgetMs === undefined ? undefined : timeline.arrival + budgetMs
      const remaining = budgetEnd === undefined ? undefined : () => budgetEnd - timeline.now()
      const settings = { steps, learningRate: asked.learningRate, seed: asked.seed, remaining }
      const times = { deadline: task.deadline ?? always, budgetEnd: budgetEnd ?? always }
      const demand = { tenant, ...turnsOf(served, labels.length, examples.inputs.length), steps, ...times }
      const adaptation = await this.inTime(demand, learner.slices(support, settings), task)
      const { weights, statistics, ...made } = adaptation
      const createdAt = this.wallClock()
      const expiresAt = asked.ttlSeconds === undefined ? undefined : createdAt + 1000 * asked.ttlSeconds
      const { name } = model.artifact
      const counts = { labels, examples: examples.inputs.length, ...made }
      const info = { tenant, id, model: name, modelDigest: model.digest, ...counts, asked, createdAt, expiresAt }
      return { info, learned: { weights, statistics }, examples: { ...examples, scaling: scalingOf(model.artifact) } }
    } catch (error) {
      throw asServingError(error)
    }
  }

  private async inTime<Result>(
    demand: Demand,
    slices: AsyncGenerator<void, Result, void>,
    task: Task,
  ): Promise<Result> {
    const promised = this.promisedTime.enter(demand, task.timeline.now)
    try {
      return await runSliced(this.scheduler, promised.follow(slices), task)
    } finally {
      promised.leave()
    }
  }
}

/** Steps on mini-batches of the same size, through the same network, take the same time; and a turn has as many of them. */
function turnsOf({ model: { artifact }, learner }: ServedModel, classes: number, examples: number) {
  const width = learner.settingsFor(classes)
  const batch = batchFor(width.batch, examples)
  return {
    kind: `${artifact.name} ${width.classes} ${batch}`,
    slice: learner.stepsASlice(classes, examples),
  }
}
