/**
 * Which examples an inner step sees is drawn inside the trainer. For the peers to see the same, a first run, which is not
 * timed, takes its tasks from here: their support sets note each example when it is read.
 */
import type { ClassificationSupport } from '../../src/learner/learner.js'
import type { Random } from '../../src/learner/random.js'
import { at } from '../../src/program/program.js'
import type { Episode, Task, TaskSource } from '../../src/training/task.js'

/** One task: the examples in the order in which its inner steps read them. */
interface Recording {
  readonly support: ClassificationSupport
  readonly read: number[]
}

export class Recorder implements TaskSource {
  readonly classes: number
  /** In the order in which tasks were drawn. */
  private readonly recordings: Recording[] = []

  constructor(private readonly source: TaskSource) {
    this.classes = source.classes
  }

  async draw(random: Random, episode: Episode): Promise<Task> {
    const recording: { support?: ClassificationSupport; read: number[] } = { read: [] }
    // The place is taken before the draw is awaited: the order is that of the calls.
    const place = this.recordings.push(recording as Recording) - 1
    const { support, queries } = await this.source.draw(random, episode)
    if (support.kind !== 'classification') throw new Error('the benchmark trains a classifier')
    this.recordings[place] = { support, read: recording.read }
    return { support: { ...support, inputs: noting(support.inputs, recording.read) }, queries }
  }

  /** The examples of the first `tasks` tasks, which have read `examples` each: inputs one behind the other, and classes. */
  recorded(tasks: number, examples: number): { inputs: Float32Array; classOf: Int32Array } {
    const recordings = this.recordings.slice(0, tasks)
    if (recordings.length < tasks || recordings.some(({ read }) => read.length !== examples))
      throw new Error(`${tasks} tasks of ${examples} examples were to be recorded, not ${this.summary()}`)
    const size = at(at(recordings, 0).support.inputs, 0).length
    const inputs = new Float32Array(tasks * examples * size)
    const classOf = recordings.flatMap(({ support, read }) => read.map((example) => at(support.classOf, example)))
    recordings
      .flatMap(({ support, read }) => read.map((example) => at(support.inputs, example)))
      .forEach((image, row) => {
        inputs.set(image, row * size)
      })
    return { inputs, classOf: Int32Array.from(classOf) }
  }

  private summary(): string {
    return this.recordings.map(({ read }) => read.length).join(', ')
  }
}

function noting(inputs: readonly Float32Array[], read: number[]): readonly Float32Array[] {
  return new Proxy(inputs, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) read.push(Number(key))
      return Reflect.get(target, key)
    },
  })
}
