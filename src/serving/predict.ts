/** The use case predict: a client's own model answers. */
import { type AdaptationKey, type StoredInfo, VersionConflictError } from '../store/adaptation-store.js'
import type { Adaptations } from './adaptations.js'
import { type Prediction, rankLabels } from './prediction.js'
import type { Predictions } from './predictions.js'
import type { Restore, Warm } from './restore.js'
import type { ServedModel, ServedModels } from './served-model.js'
import { asServingError } from './serving-error.js'
import type { Task } from './task.js'

/** An adaptation that must be learned again may be replaced at that very moment, so many times in a row. */
const mostAttempts = 3

/** An adaptation and the model it was made from: looked up first, because the model says how to decode inputs. */
export interface Subject extends Warm {
  readonly served: ServedModel
}

export interface PredictParts {
  readonly adaptations: Adaptations
  readonly models: ServedModels
  readonly restore: Restore
  readonly predictions: Predictions
}

export class PredictUseCase {
  constructor(private readonly parts: PredictParts) {}

  /** Throws ServingError, or the signal's reason. */
  async find(key: AdaptationKey, task: Task): Promise<Subject> {
    const { adaptations, models, restore } = this.parts
    for (let attempt = 1; ; attempt++) {
      const stored = await adaptations.get(key, task.timeline)
      const served = models.get(stored.info.model)
      try {
        return { served, ...(await restore.run(stored, served, task)) }
      } catch (error) {
        if (!(error instanceof VersionConflictError) || attempt === mostAttempts) throw asServingError(error)
      }
    }
  }

  /**
   * One prediction an input, with the `topK` best labels; ranked as they are taken, so that whoever writes a thousand of them can
   * pause in between. Throws ServingError, or the signal's reason.
   */
  async run(
    { info, learned, served }: Subject,
    inputs: readonly Float32Array[],
    topK: number,
    task: Task,
  ): Promise<Iterable<Prediction>> {
    const subject = { classes: info.classes, ...learned }
    return toPredictions(await this.parts.predictions.run(served.learner, subject, inputs, task), info, topK)
  }
}

function* toPredictions(
  outputs: readonly Float32Array[],
  { labels, classes }: StoredInfo,
  topK: number,
): Generator<Prediction> {
  for (const output of outputs)
    yield classes > 0 ? rankLabels(output, labels, topK) : { kind: 'values', values: [...output] }
}
