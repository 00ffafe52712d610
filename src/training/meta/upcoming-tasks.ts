/** The tasks of each meta-iteration. While one iteration computes, those of the next are drawn. */
import { setImmediate } from 'node:timers/promises'
import { derived, seeded } from '../../learner/random.js'
import type { MetaSettings } from '../settings.js'
import type { Episode, Task, TaskSource } from '../task.js'

/** In the paths of seeds (learner/random.ts), behind iteration and task: what the random numbers are for. */
const DRAWING = 0

export class UpcomingTasks {
  private readonly episode: Episode
  private readonly count: number
  private next: { readonly iteration: number; readonly tasks: Promise<readonly Task[]> } | undefined

  constructor(
    private readonly source: TaskSource,
    settings: MetaSettings,
    private readonly seed: number,
  ) {
    this.count = settings.tasksPerStep
    this.episode = episodeOf(settings)
  }

  /** Those of meta-iteration `iteration`: they depend on the seed alone. Rejects with TrainingError where the source cannot give them. */
  of(iteration: number): Promise<readonly Task[]> {
    const { next } = this
    this.next = undefined
    return next?.iteration === iteration ? next.tasks : this.draw(iteration)
  }

  /** Begins to draw those of `iteration`. */
  prepare(iteration: number): void {
    const tasks = this.draw(iteration)
    // Told to whoever asks for them.
    tasks.catch(() => {})
    this.next = { iteration, tasks }
  }

  /** Resolves when nothing is being drawn any more. */
  async idle(): Promise<void> {
    await this.next?.tasks.catch(() => {})
  }

  private async draw(iteration: number): Promise<readonly Task[]> {
    const tasks: Task[] = []
    for (let task = 0; task < this.count; task++) {
      // Between two tasks, which may take a while, the engine's answers are taken.
      await setImmediate()
      tasks.push(await this.source.draw(seeded(derived(this.seed, iteration, task, DRAWING)), this.episode))
    }
    return tasks
  }
}

/** Queries are drawn only for a last step that is kept apart: enough for one mini-batch of it. */
function episodeOf({ algorithm, ways, shots, batch }: MetaSettings): Episode {
  if (algorithm.kind !== 'fomaml' || algorithm.tail === 'shared') return { ways, shots, queries: 0 }
  return { ways, shots, queries: batch === 0 ? shots : Math.ceil(batch / Math.max(1, ways)) }
}
