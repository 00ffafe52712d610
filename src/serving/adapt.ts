/** The use case adapt: from a support set to a client's own model, kept in the store. */
import type { AdaptationKey, AdaptationStore, StoredAdaptation } from '../store/adaptation-store.js'
import type { Timing } from './clock.js'
import type { ServedModel } from './served-model.js'
import { asServingError } from './serving-error.js'
import { type Examples, labelsOf, supportSet } from './support.js'
import type { WorkQueue } from './work-queue.js'

export interface AdaptOrder extends AdaptationKey {
  readonly served: ServedModel
  readonly examples: Examples
  /** The model's own where undefined. */
  readonly steps: number | undefined
  readonly learningRate: number | undefined
  readonly seed: number
}

export interface Adapted {
  readonly adaptation: StoredAdaptation
  readonly timing: Timing
}

export class AdaptUseCase {
  constructor(
    private readonly queue: WorkQueue,
    private readonly store: AdaptationStore,
  ) {}

  /** Throws ServingError; or the signal's reason where it aborts before the turn comes. */
  async run(order: AdaptOrder, signal: AbortSignal): Promise<Adapted> {
    const { tenant, id, examples, steps, learningRate, seed } = order
    const { model, learner } = order.served
    const labels = labelsOf(examples)
    const support = supportSet(examples, labels)
    try {
      const { value, timing } = await this.queue.run(
        () => learner.adapt(support, { steps, learningRate, seed }),
        signal,
      )
      const made = {
        tenant,
        id,
        model: model.artifact.name,
        modelDigest: model.digest,
        labels,
        examples: examples.inputs.length,
        seed,
      }
      return { adaptation: await this.store.put({ ...made, ...value }), timing }
    } catch (error) {
      throw asServingError(error)
    }
  }
}
