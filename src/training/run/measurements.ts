/** What a run measures as it goes: tasks of classes (or functions) that training never sees, answered as a server would. */
import type { Engine } from '../../engine/engine.js'
import { type Initialization, modelOf } from '../../learner/initialization.js'
import { seeded } from '../../learner/random.js'
import type { Artifact } from '../../model/artifact.js'
import type { DataSet } from '../data/data-set.js'
import { isEmpty, queriesBeside, smallestIn } from '../data/room.js'
import { episodeOf, evaluateModel } from '../evaluate/evaluate.js'
import type { RunSettings } from '../settings.js'
import type { Episode, TaskSource } from '../task.js'
import { TrainingError } from '../training-error.js'
import type { Validation } from './metrics.js'

/** Told how many of `all` tasks of a kind are done. */
export type Measuring = (kind: { readonly ways: number; readonly shots: number }, done: number, all: number) => void

export class Measurements {
  private readonly source: TaskSource
  private readonly kinds: readonly Episode[]

  constructor(
    private readonly settings: RunSettings,
    { validation: source }: DataSet,
  ) {
    const { ways } = settings.meta
    this.source = source
    this.kinds = isEmpty(source)
      ? []
      : settings.validation.shots.map((shots) => {
          const usual = episodeOf({ ways, shots })
          return { ...usual, queries: queriesBeside(source, shots, usual.queries) }
        })
  }

  /** Before hours of training: that such tasks can be drawn. Throws TrainingError. */
  async check(): Promise<void> {
    const { data, seed } = this.settings
    const smallest = smallestIn(this.source)
    for (const kind of this.kinds) {
      const need = kind.shots + kind.queries
      if (smallest && smallest.count < need) {
        const [one, examples] = kind.ways > 0 ? ['class', 'examples'] : ['function', 'points']
        const orNone = 'split' in data ? ', or hold nothing out (data.split.validation=0)' : ''
        throw new TrainingError(
          `The held-out ${one} ${smallest.name} has ${smallest.count} ${examples} where ${need} are needed to measure with ` +
            `${kind.shots} shots: lower validation.shots, add ${examples} to it or remove it${orNone}.`,
        )
      }
      await this.source.draw(seeded(seed), kind)
    }
  }

  /** One figure for each of validation.shots; none where nothing is held out. */
  async of(
    engine: Engine,
    artifact: Artifact,
    initialization: Initialization,
    onProgress: Measuring,
  ): Promise<Validation[]> {
    const { validation, seed } = this.settings
    const episodes = Math.max(2, validation.tasks)
    const found: Validation[] = []
    for (const { queries, ...kind } of this.kinds) {
      const { protocols, metric } = await evaluateModel(
        engine,
        modelOf(artifact, initialization),
        this.source,
        { ...kind, queries, episodes, seed, protocols: ['served'] },
        (done) => onProgress(kind, done, episodes),
      )
      const point = protocols.served?.at(-1)
      if (!point) continue
      const { mean, interval } = point
      found.push({ ...kind, [metric === 'accuracy' ? 'accuracy' : 'error']: mean, interval })
    }
    return found
  }
}
