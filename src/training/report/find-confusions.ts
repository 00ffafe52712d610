/** Counts, over many tasks, which classes a learner takes for which. */
import type { Learner } from '../../learner/learner.js'
import { at } from '../../program/program.js'
import { inParallel } from '../evaluate/in-parallel.js'
import type { TaskSource } from '../task.js'
import { picture } from './picture.js'
import type { ConfusedPair, Confusion } from './report-data.js'
import { type Answer, answer, type ClassificationTask, drawTask, nameOf, type SampleSettings } from './sample-tasks.js'

/** Tasks in work: few, for memory, and enough to keep the engine's workers busy. */
const AT_ONCE = 8

/** More pairs than this are not kept. */
const MOST_PAIRS = 50

/**
 * Tasks as wide as the learner allows find most. Pairs are told by the names of classes (Task.names); without names each task's
 * classes are its own. The same seed gives the same counts. Throws as `sampleTasks` does.
 */
export async function findConfusions(
  learner: Learner,
  source: TaskSource,
  settings: SampleSettings,
  onProgress: (tasksDone: number) => void = () => {},
): Promise<Confusion> {
  const { episode, tasks, seed } = settings
  const tally = new Tally()
  let done = 0
  await inParallel(tasks, AT_ONCE, async (index) => {
    const task = await drawTask(source, settings, index)
    const { answers } = await answer(learner, task, seed, index)
    tally.add(task, answers, index)
    onProgress(++done)
  })
  const pairs: ConfusedPair[] = []
  for (const mistake of tally.mostFrequent()) pairs.push(await withExample(mistake, source, settings))
  const { queries, wrong } = tally
  return { ways: episode.ways, shots: episode.shots, tasks, queries, wrong, pairs }
}

interface Mistake {
  readonly key: string
  readonly truth: string
  readonly taken: string
  count: number
  /** Where the surest of them was made: the task is drawn again, for keeping the images of all mistakes takes too much memory. */
  surest: { readonly task: number; readonly query: number; readonly predicted: number; readonly confidence: number }
}

class Tally {
  queries = 0
  wrong = 0
  private readonly mistakes = new Map<string, Mistake>()
  /** Queries of a class in tasks that had another class as well, by the pair's key. */
  private readonly together = new Map<string, number>()

  /** In whatever order tasks come: what comes out is the same. */
  add(task: ClassificationTask, answers: readonly Answer[], index: number): void {
    const { classes } = task.support
    const names = Array.from({ length: classes }, (_, label) => nameOf(task, label))
    // A name may hold any character: JSON keeps the two apart.
    const key = (truth: number, taken: number) =>
      JSON.stringify([at(names, truth), at(names, taken), ...(task.names ? [] : [index])])
    task.queries.classOf.forEach((truth, query) => {
      const { predicted, confidence } = at(answers, query)
      this.queries++
      for (let other = 0; other < classes; other++) {
        if (other !== truth) this.together.set(key(truth, other), (this.together.get(key(truth, other)) ?? 0) + 1)
      }
      if (predicted === truth) return
      this.wrong++
      if (predicted < 0) return
      const surest = { task: index, query, predicted, confidence }
      const known = this.mistakes.get(key(truth, predicted))
      if (known) {
        known.count++
        if (isSurer(surest, known.surest)) known.surest = surest
      } else {
        const pair = { truth: at(names, truth), taken: at(names, predicted) }
        this.mistakes.set(key(truth, predicted), { key: key(truth, predicted), ...pair, count: 1, surest })
      }
    })
  }

  /** The most frequent first; of those that are level, the one that was surest. */
  mostFrequent(): (Mistake & { readonly of: number })[] {
    return [...this.mistakes.values()]
      .sort((a, b) => b.count - a.count || (isSurer(a.surest, b.surest) ? -1 : 1))
      .slice(0, MOST_PAIRS)
      .map((mistake) => ({ ...mistake, of: this.together.get(mistake.key) ?? mistake.count }))
  }
}

function isSurer(one: Mistake['surest'], other: Mistake['surest']): boolean {
  return (other.confidence - one.confidence || one.task - other.task || one.query - other.query) < 0
}

async function withExample(
  { truth, taken, count, of, surest }: Mistake & { readonly of: number },
  source: TaskSource,
  settings: SampleSettings,
): Promise<ConfusedPair> {
  const { support, queries } = await drawTask(source, settings, surest.task)
  const example = (label: number) => picture(at(support.inputs, support.classOf.indexOf(label)), settings.input)
  return {
    ...{ truth, taken, count, of },
    example: {
      query: picture(at(queries.inputs, surest.query), settings.input),
      truth: example(at(queries.classOf, surest.query)),
      taken: example(surest.predicted),
      confidence: surest.confidence,
    },
  }
}
