/**
 * This project: the onnx engine on the adapt program, in the slices in which serving runs it, with the copies to and
 * from the engine's worker threads.
 */
import type { Executable, Tensor, Tensors } from '../../src/engine/engine.js'
import type { OnnxEngine } from '../../src/engine/onnx/engine.js'
import { adaptProgram } from '../../src/learner/adapt-program.js'
import { stepsPerSlice } from '../../src/learner/cost.js'
import { rateOf } from '../../src/learner/optimizers.js'
import type { Contender, Mode, Prepared, Turn } from './contender.js'
import { conv4 } from './shapes.js'
import { digestOf, type Task } from './task.js'

interface Loaded {
  readonly executable: Executable
  readonly start: Tensors
  readonly slices: readonly Slice[]
}

/** A few steps: everything but the state, which comes from the slice before. */
interface Slice {
  readonly steps: number
  readonly feeds: Tensors
}

export class Ours implements Contender {
  readonly name = 'reptile-serve'
  readonly family = this.name
  private loaded: Loaded | undefined

  constructor(
    private readonly engine: OnnxEngine,
    private readonly mode: Mode,
  ) {}

  async prepare(task: Task): Promise<Prepared> {
    await this.loaded?.executable.dispose()
    const slice = Math.min(task.steps, stepsPerSlice(conv4, task.shape.classes, task.shape.batch))
    const executable = await this.engine.compile(adaptProgram(conv4, { ...task.shape, clients: 1, slice }))
    const start = {
      weights: inSharedMemory([1, task.weights.length], task.weights),
      moments: inSharedMemory([1, task.moments.length], task.moments),
    }
    const slices = Array.from({ length: Math.ceil(task.steps / slice) }, (_, number) =>
      sliceOf(task, number * slice, slice),
    )
    this.loaded = { executable, start, slices }
    return { digests: [digestOf(task)] }
  }

  async run(adaptations: number): Promise<Turn> {
    const { loaded } = this
    if (!loaded) throw new Error('prepare comes first')
    const started = performance.now()
    const losses = await Promise.all(Array.from({ length: this.mode.seats }, () => runSeat(loaded, adaptations)))
    return { ms: performance.now() - started, losses }
  }
}

/** The losses of the last adaptation. */
async function runSeat({ executable, start, slices }: Loaded, adaptations: number): Promise<number[]> {
  let losses: number[] = []
  for (let number = 0; number < adaptations; number++) {
    losses = []
    let state = start
    for (const { feeds, steps } of slices) {
      const { losses: done, ...next } = await executable.run({ ...state, ...feeds })
      losses.push(...(done?.data.subarray(0, steps) ?? []))
      state = next
    }
  }
  return losses
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
    rates: inSharedMemory([slice, 1], rates),
    steps: { shape: [], data: Int32Array.of(steps) },
    x: inSharedMemory([slice, 1, batch, size], inputs.subarray(first * batch * size, (first + steps) * batch * size)),
    y: inSharedMemory([slice, 1, batch, classes], targets),
  }
  return { steps, feeds }
}

/** Filled up with zeros. */
function inSharedMemory(shape: readonly number[], data: ArrayLike<number>): Tensor {
  const padded = new Float32Array(shape.reduce((product, length) => product * length, 1))
  padded.set(data)
  return { shape, data: padded }
}
