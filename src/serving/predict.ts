/** The use case predict: a client's own model answers. */
import type { AdaptationKey, AdaptationStore, StoredAdaptation } from '../store/adaptation-store.js'
import type { Timing } from './clock.js'
import { type Prediction, rankLabels } from './prediction.js'
import type { ServedModel, ServedModels } from './served-model.js'
import { asServingError, ServingError } from './serving-error.js'
import type { WorkQueue } from './work-queue.js'

/** An adaptation and the model it was made from: looked up first, because the model says how to decode inputs. */
export interface Subject {
  readonly adaptation: StoredAdaptation
  readonly served: ServedModel
}

export interface Predicted {
  /** One an input. */
  readonly predictions: readonly Prediction[]
  readonly timing: Timing
}

export class PredictUseCase {
  constructor(
    private readonly queue: WorkQueue,
    private readonly store: AdaptationStore,
    private readonly models: ServedModels,
  ) {}

  /** Throws ServingError `unknown-adaptation`. */
  async find(key: AdaptationKey): Promise<Subject> {
    const adaptation = await this.store.get(key)
    if (adaptation) return { adaptation, served: this.models.get(adaptation.model) }
    throw new ServingError(
      { code: 'unknown-adaptation' },
      `There is no adaptation named "${key.id}"; make one with POST /adapt.`,
    )
  }

  /** Ranks the `topK` best labels. Throws ServingError, or the signal's reason where it aborts before the turn comes. */
  async run(subject: Subject, inputs: readonly Float32Array[], topK: number, signal: AbortSignal): Promise<Predicted> {
    const { adaptation, served } = subject
    const { value, timing } = await this.queue
      .run(() => served.learner.predict(adaptation, inputs), signal)
      .catch((error: unknown) => {
        throw asServingError(error)
      })
    const predictions = value.map((output): Prediction => {
      if (served.model.artifact.task === 'regression') return { kind: 'values', values: [...output] }
      return rankLabels(output, adaptation.labels, topK)
    })
    return { predictions, timing }
  }
}
