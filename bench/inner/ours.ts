/**
 * This project: an engine on the adapt program, in the slices in which serving runs it, with the copies to and from the engine's
 * worker threads.
 */
import type { Engine, Executable, Tensor, Tensors } from '../../src/engine/engine.js'
import { adaptProgram } from '../../src/learner/adapt-program.js'
import { stepsPerSlice } from '../../src/learner/cost.js'
import { rateOf } from '../../src/learner/optimizers.js'
import type { Contender, Mode, Prepared, Turn } from './contender.js'
import { conv4 } from './shapes.js'
import { digestOf, type Task } from './task.js'

/** A few steps: everything but the state, which comes from the slice before. */
interface Slice {
  readonly steps: number
  readonly feeds: Tensors
}

/** A task on an engine: its program, compiled, and what it is fed. */
export class LoadedTask {
  private constructor(
    private readonly executable: Executable,
    private readonly weights: Float32Array,
    private readonly moments: Float32Array,
    private readonly slices: readonly Slice[],
    readonly digest: string,
  ) {}

  static async load(engine: Engine, task: Task): Promise<LoadedTask> {
    const slice = Math.min(task.steps, stepsPerSlice(conv4, task.shape.classes, task.shape.batch, engine.sliceLength))
    const [executable] = await engine.compileForClients([
      (clients) => adaptProgram(conv4, { ...task.shape, clients, slice }),
    ])
    if (!executable) throw new Error('an engine gives an executable a program')
    const slices = Array.from({ length: Math.ceil(task.steps / slice) }, (_, number) =>
      sliceOf(task, number * slice, slice),
    )
    return new LoadedTask(executable, task.weights, task.moments, slices, digestOf(task))
  }

  /** So many adaptations on each seat, all seats at once. */
  async run(seats: number, adaptations: number): Promise<Turn> {
    const started = performance.now()
    const losses = await Promise.all(Array.from({ length: seats }, () => this.runSeat(adaptations)))
    return { ms: performance.now() - started, losses }
  }

  dispose(): Promise<void> {
    return this.executable.dispose()
  }

  /** The losses of the last adaptation. Steps are done in place, as the inner loop does them (learner/inner-loop.ts). */
  private async runSeat(adaptations: number): Promise<number[]> {
    const [weights, moments] = [Float32Array.from(this.weights), Float32Array.from(this.moments)]
    const state = { weights: rowOf(weights), moments: rowOf(moments) }
    let losses: number[] = []
    for (let number = 0; number < adaptations; number++) {
      losses = []
      weights.set(this.weights)
      moments.set(this.moments)
      for (const { feeds, steps } of this.slices) {
        const results = await this.executable.run({ ...state, ...feeds }, undefined, { weights, moments })
        losses.push(...(results.losses?.data.subarray(0, steps) ?? []))
      }
    }
    return losses
  }
}

export class Ours implements Contender {
  readonly name = 'reptile-serve'
  readonly family = this.name
  private loaded: LoadedTask | undefined

  constructor(
    private readonly engine: Engine,
    private readonly mode: Mode,
  ) {}

  async prepare(task: Task): Promise<Prepared> {
    await this.loaded?.dispose()
    this.loaded = await LoadedTask.load(this.engine, task)
    return { digests: [this.loaded.digest] }
  }

  async run(adaptations: number): Promise<Turn> {
    if (!this.loaded) throw new Error('prepare comes first')
    return this.loaded.run(this.mode.seats, adaptations)
  }
}

/** Steps `first` to `first + slice - 1`, or to the last one; one client. */
function sliceOf(
  { shape: { classes, batch }, steps: allSteps, learningRate, inputs, classOf }: Task,
  first: number,
  slice: number,
): Slice {
  const steps = Math.min(slice, allSteps - first)
  const size = inputs.length / classOf.length
  const labels = classOf.subarray(first * batch, (first + steps) * batch)
  const targets = new Float32Array(labels.length * classes)
  labels.forEach((label, row) => {
    targets[row * classes + label] = 1
  })
  const rates = Array.from({ length: steps }, (_, step) =>
    rateOf(conv4.innerLoop.optimizer, learningRate, first + step),
  )
  const feeds = {
    rates: filledUp([slice, 1], rates),
    steps: { shape: [], data: Int32Array.of(steps) },
    x: filledUp([slice, 1, batch, size], inputs.subarray(first * batch * size, (first + steps) * batch * size)),
    y: filledUp([slice, 1, batch, classes], targets),
  }
  return { steps, feeds }
}

function rowOf(data: Float32Array): Tensor {
  return { shape: [1, data.length], data }
}

/** Filled up with zeros. */
function filledUp(shape: readonly number[], data: ArrayLike<number>): Tensor {
  const padded = new Float32Array(shape.reduce((product, length) => product * length, 1))
  padded.set(data)
  return { shape, data: padded }
}
