/** Draws the tasks that a report page shows, and lets a learner answer them as served. */
import { type ClassificationSupport, type Learner, LearnerError } from '../../learner/learner.js'
import { derived, seeded } from '../../learner/random.js'
import type { InputSpec } from '../../model/artifact.js'
import { at } from '../../program/program.js'
import type { Episode, Task, TaskSource } from '../task.js'
import { TrainingError } from '../training-error.js'
import { picture } from './picture.js'
import type { SampleClass, SampleTask, Shown } from './report-data.js'

export interface SampleSettings {
  readonly input: InputSpec
  readonly episode: Episode
  readonly tasks: number
  readonly seed: number
}

/**
 * Classification tasks with the answers after the model's own number of inner steps. The same seed gives the same tasks and
 * answers. Throws TrainingError where the source has no such tasks, or none of classes; LearnerError.
 */
export function sampleTasks(learner: Learner, source: TaskSource, settings: SampleSettings): Promise<SampleTask[]> {
  const { input, episode, tasks, seed } = settings
  return Promise.all(
    Array.from({ length: tasks }, async (_, index): Promise<SampleTask> => {
      const task = await drawTask(source, settings, index)
      const { steps, answers } = await answer(learner, task, seed, index)
      const classes = Array.from({ length: task.support.classes }, (_, label): SampleClass => {
        const asked = answers.filter((_, i) => task.queries.classOf[i] === label)
        const shown = picturesOf(task.queries, label, input)
        return {
          name: nameOf(task, label),
          support: picturesOf(task.support, label, input),
          queries: asked.map((one, i) => ({ shown: at(shown, i), ...one })),
        }
      })
      return { shots: episode.shots, steps, classes }
    }),
  )
}

function picturesOf({ inputs, classOf }: ClassificationSupport, label: number, spec: InputSpec): Shown[] {
  return inputs.filter((_, i) => classOf[i] === label).map((input) => picture(input, spec))
}

export type ClassificationTask = Task<ClassificationSupport>

/** The same task for the same seed and index, whatever was drawn before. */
export async function drawTask(
  source: TaskSource,
  { episode, seed }: Pick<SampleSettings, 'episode' | 'seed'>,
  index: number,
): Promise<ClassificationTask> {
  const { support, queries, names } = await source.draw(seeded(derived(seed, index, 0)), episode)
  if (support.kind !== 'classification' || queries.kind !== 'classification')
    throw new TrainingError('These tasks are functions and have no classes: show them as sample functions.')
  return { support, queries, names }
}

export interface Answer {
  /** -1 where the inner loop diverged and there is no answer. */
  readonly predicted: number
  /** The probability of the predicted class. */
  readonly confidence: number
}

/** One answer a query, in their order. */
export async function answer(
  learner: Learner,
  { support, queries }: ClassificationTask,
  seed: number,
  index: number,
): Promise<{ steps: number; answers: Answer[] }> {
  const adaptation = await unlessDiverged(learner.adapt(support, { seed: derived(seed, index, 1) }))
  if (!adaptation) {
    const { steps } = learner.settingsFor(support.classes)
    return { steps, answers: queries.inputs.map(() => ({ predicted: -1, confidence: 0 })) }
  }
  const outputs = await learner.predict(adaptation, queries.inputs)
  const answers = outputs.map((scores) => {
    const predicted = scores.reduce((best, score, i) => (score > at(scores, best) ? i : best), 0)
    return { predicted, confidence: at(scores, predicted) }
  })
  return { steps: adaptation.steps, answers }
}

/** A page about a training that went wrong must show that and not fail. */
export async function unlessDiverged<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((error: unknown) => {
    if (error instanceof LearnerError && error.code === 'diverged') return undefined
    throw error
  })
}

/** Where the source has no names, a class is known by its place in the task. */
export function nameOf({ names }: Task, label: number): string {
  return names?.[label] ?? `class ${label + 1}`
}
