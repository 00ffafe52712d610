/** The use case of adding examples: adapts again, from the initialization, to all examples, the new ones behind the old. */
import {
  type AdaptationKey,
  type AdaptationStore,
  type AskedSettings,
  type Examples,
  type StoredInfo,
  VersionConflictError,
} from '../store/adaptation-store.js'
import { type Adaptations, examplesOf } from './adaptations.js'
import type { Learning } from './learning.js'
import type { ServedModels } from './served-model.js'
import { asServingError, ServingError } from './serving-error.js'
import { joined } from './support.js'
import { type Task, unlessAborted } from './task.js'

/** What is not given stays as it was. */
export type GivenSettings = { readonly [Name in keyof AskedSettings]: AskedSettings[Name] | undefined }

export interface AddOrder {
  readonly id: string
  readonly examples: Examples
  readonly asked: GivenSettings
  readonly budgetMs?: number | undefined
}

/** Somebody else was faster so many times in a row. */
const mostAttempts = 5

export class AddExamplesUseCase {
  /** Who adds to the same adaptation at the same time goes one after the other, so that nobody's steps are in vain. */
  private readonly lines = new Map<string, Promise<unknown>>()

  constructor(
    private readonly adaptations: Adaptations,
    private readonly models: ServedModels,
    private readonly learning: Learning,
    private readonly store: AdaptationStore,
    private readonly mostExamples: number,
  ) {}

  /** The adaptation that is added to. Throws ServingError `unknown-adaptation`. */
  async find(key: AdaptationKey, task: Task) {
    const { info } = await this.adaptations.get(key, task.timeline)
    return { info, served: this.models.get(info.model) }
  }

  /** Throws ServingError, or the signal's reason. */
  run(order: AddOrder, task: Task): Promise<StoredInfo> {
    const key = `${order.id} ${task.tenant}`
    const before = this.lines.get(key) ?? Promise.resolve()
    const own = before.then(
      () => this.inTurn(order, task),
      () => this.inTurn(order, task),
    )
    this.lines.set(key, own)
    const leave = () => {
      if (this.lines.get(key) === own) this.lines.delete(key)
    }
    own.then(leave, leave)
    return unlessAborted(own, task.signal)
  }

  private async inTurn(order: AddOrder, task: Task): Promise<StoredInfo> {
    for (let attempt = 1; ; attempt++) {
      task.signal.throwIfAborted()
      try {
        return await this.attempt(order, task)
      } catch (error) {
        if (error instanceof VersionConflictError && attempt < mostAttempts) continue
        throw asServingError(error)
      }
    }
  }

  private async attempt({ id, examples, asked, budgetMs }: AddOrder, task: Task): Promise<StoredInfo> {
    const { info, served } = await this.find({ tenant: task.tenant, id }, task)
    const all = joined(await examplesOf(this.store, info, served, task.timeline), examples)
    if (all.inputs.length > this.mostExamples) throw this.tooMany(info, examples.inputs.length)
    const order = { id, served, examples: all, asked: withGiven(info.asked, asked), budgetMs }
    const learned = await this.learning.run(order, task)
    const stored = await task.timeline.measure('store', () => this.store.put(learned, info))
    return stored.info
  }

  private tooMany({ examples }: StoredInfo, more: number): ServingError {
    return new ServingError(
      { code: 'unfit-examples' },
      `There are ${examples} examples already and ${more} more would be over ${this.mostExamples}; send fewer.`,
    )
  }
}

function withGiven(before: AskedSettings, given: GivenSettings): AskedSettings {
  return {
    steps: given.steps ?? before.steps,
    learningRate: given.learningRate ?? before.learningRate,
    seed: given.seed ?? before.seed,
    ttlSeconds: given.ttlSeconds ?? before.ttlSeconds,
    retention: given.retention ?? before.retention,
  }
}
