/** The models of this process, each with its learner: compiled and warm. */
import type { Learner } from '../learner/learner.js'
import { featureSize } from '../learner/parameters.js'
import type { Artifact, Model } from '../model/artifact.js'
import { ServingError } from './serving-error.js'

export interface ServedModel {
  readonly model: Model
  readonly learner: Learner
}

export class ServedModels {
  private readonly byName: ReadonlyMap<string, ServedModel>

  /** `defaultName` is the model of a request that names none; it must be among them. */
  constructor(
    models: readonly ServedModel[],
    private readonly defaultName: string,
  ) {
    this.byName = new Map(models.map((served) => [served.model.artifact.name, served]))
  }

  get names(): string[] {
    return [...this.byName.keys()]
  }

  get all(): ServedModel[] {
    return [...this.byName.values()]
  }

  get default(): ServedModel {
    return this.get(this.defaultName)
  }

  /** Throws ServingError `unknown-model`. */
  get(name: string): ServedModel {
    const served = this.byName.get(name)
    if (served) return served
    throw new ServingError(
      { code: 'unknown-model' },
      `There is no model named ${JSON.stringify(name)}; there is ${this.names.join(', ')}.`,
    )
  }
}

/** How many numbers a regression model answers with. */
export function outputSize(artifact: Artifact): number {
  return featureSize(artifact)
}
