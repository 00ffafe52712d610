/** From examples and settings to an adaptation that can be kept: the inner loop in its turns. */
import type { AskedSettings, Examples, NewAdaptation } from '../store/adaptation-store.js'
import type { WallClock } from './clock.js'
import type { Scheduler } from './scheduler.js'
import type { ServedModel } from './served-model.js'
import { asServingError } from './serving-error.js'
import { runSliced } from './sliced-work.js'
import { labelsOf, supportSet } from './support.js'
import type { Task } from './task.js'

export interface LearnOrder {
  readonly id: string
  readonly served: ServedModel
  readonly examples: Examples
  readonly asked: AskedSettings
  /** Milliseconds from the arrival of the request in which the steps must be done; undefined: all steps, however long. */
  readonly budgetMs?: number | undefined
}

export class Learning {
  constructor(
    private readonly scheduler: Scheduler,
    /** Bounds the steps that a model does by itself; what a client asks for is bounded where it is read. */
    private readonly mostSteps: number,
    private readonly wallClock: WallClock,
  ) {}

  /** Throws ServingError, or the signal's reason where it aborts between two slices. */
  async run({ id, served, examples, asked, budgetMs }: LearnOrder, task: Task): Promise<NewAdaptation> {
    const { model, learner } = served
    const { timeline } = task
    const labels = labelsOf(examples)
    try {
      const support = supportSet(examples, labels)
      const steps = asked.steps ?? Math.min(learner.settingsFor(labels.length).steps, this.mostSteps)
      const remaining = budgetMs === undefined ? undefined : () => timeline.arrival + budgetMs - timeline.now()
      const settings = { steps, learningRate: asked.learningRate, seed: asked.seed, remaining }
      const adaptation = await runSliced(this.scheduler, learner.slices(support, settings), task)
      const { weights, statistics, ...made } = adaptation
      const createdAt = this.wallClock()
      const expiresAt = asked.ttlSeconds === undefined ? undefined : createdAt + 1000 * asked.ttlSeconds
      const { name } = model.artifact
      const { tenant } = task
      const counts = { labels, examples: examples.inputs.length, ...made }
      const info = { tenant, id, model: name, modelDigest: model.digest, ...counts, asked, createdAt, expiresAt }
      return { info, learned: { weights, statistics }, examples }
    } catch (error) {
      throw asServingError(error)
    }
  }
}
