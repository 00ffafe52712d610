/** The use case adapt: from a support set to a client's own model, kept in the store. */
import type { AdaptationStore, StoredInfo } from '../store/adaptation-store.js'
import type { Learning, LearnOrder } from './learning.js'
import { asServingError } from './serving-error.js'
import type { Task } from './task.js'

export class AdaptUseCase {
  constructor(
    private readonly learning: Learning,
    private readonly store: AdaptationStore,
  ) {}

  /** Resolves when the adaptation is durable. Throws ServingError, or the signal's reason. */
  async run(order: LearnOrder, task: Task): Promise<StoredInfo> {
    const learned = await this.learning.run(order, task)
    try {
      const { info } = await task.timeline.measure('store', () => this.store.put(learned))
      return info
    } catch (error) {
      throw asServingError(error)
    }
  }
}
