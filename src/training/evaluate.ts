/** Few-shot accuracy as a server's client sees it: adapt to a support set, then ask about each query on its own. */
import type { Learner } from '../learner/learner.js'
import { seeded } from '../learner/random.js'
import { at } from '../program/program.js'
import type { ImageClass } from './image-folder.js'
import { drawImageTask, drawSineTask } from './tasks.js'

export interface Measured {
  readonly mean: number
  /** Half the width of the 95% interval of the mean, over tasks. */
  readonly interval: number
}

export interface ImageProtocol {
  readonly ways: number
  readonly shots: number
  readonly tasks: number
  readonly seed: number
  readonly steps?: number | undefined
  readonly learningRate?: number | undefined
}

/** Accuracy (0 to 1) on tasks from `classes`, one query a class. The same seed draws the same tasks. */
export async function accuracy(
  learner: Learner,
  classes: readonly ImageClass[],
  { ways, shots, tasks, seed, steps, learningRate }: ImageProtocol,
): Promise<Measured> {
  const random = seeded(seed)
  const drawn = Array.from({ length: tasks }, () => drawImageTask(random, classes, ways, shots, 1))
  const scores = await Promise.all(
    drawn.map(async ({ support, queries }, task) => {
      const adaptation = await learner.adapt(support, { seed: task, steps, learningRate })
      const predictions = await learner.predict(adaptation, queries.inputs)
      const right = predictions.filter(
        (scores, query) => scores.indexOf(Math.max(...scores)) === queries.classOf[query],
      )
      return right.length / predictions.length
    }),
  )
  return measured(scores)
}

/** Mean squared error on whole sine waves after adapting to `points` random points of each. */
export async function sineError(
  learner: Learner,
  { points, tasks, seed, steps }: { points: number; tasks: number; seed: number; steps?: number },
): Promise<Measured> {
  const random = seeded(seed)
  const drawn = Array.from({ length: tasks }, () => drawSineTask(random, points, 'random'))
  const errors = await Promise.all(
    drawn.map(async ({ support, queries }, task) => {
      const adaptation = await learner.adapt(support, { seed: task, steps })
      const outputs = await learner.predict(adaptation, queries.inputs)
      return (
        outputs.reduce((sum, output, i) => sum + (at(output, 0) - at(at(queries.targets, i), 0)) ** 2, 0) /
        outputs.length
      )
    }),
  )
  return measured(errors)
}

function measured(values: readonly number[]): Measured {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1)
  return { mean, interval: 1.96 * Math.sqrt(variance / values.length) }
}
