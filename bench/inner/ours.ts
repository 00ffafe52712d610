/** This project: the onnx engine on the adapt program, with the copies to and from its worker threads that serving has. */
import type { Executable, Tensors } from '../../src/engine/engine.js'
import type { OnnxEngine } from '../../src/engine/onnx/engine.js'
import { adaptProgram } from '../../src/learner/adapt-program.js'
import { rateOf } from '../../src/learner/optimizers.js'
import type { Contender, Mode, Prepared, Turn } from './contender.js'
import { conv4 } from './shapes.js'
import { digestOf, type Task } from './task.js'

export class Ours implements Contender {
  readonly name = 'reptile-serve'
  readonly family = this.name
  private executable: Executable | undefined
  private feeds: Tensors = {}

  constructor(
    private readonly engine: OnnxEngine,
    private readonly mode: Mode,
  ) {}

  async prepare(task: Task): Promise<Prepared> {
    await this.executable?.dispose()
    this.executable = await this.engine.compile(adaptProgram(conv4, { ...task.shape, clients: 1, slice: task.steps }))
    this.feeds = feedsOf(task)
    return { digests: [digestOf(task)] }
  }

  async run(adaptations: number): Promise<Turn> {
    const seats = Array.from({ length: this.mode.seats }, () => this.runSeat(adaptations))
    const started = performance.now()
    const losses = await Promise.all(seats)
    return { ms: performance.now() - started, losses }
  }

  private async runSeat(adaptations: number): Promise<number[]> {
    if (!this.executable) throw new Error('prepare comes first')
    let losses: number[] = []
    for (let number = 0; number < adaptations; number++) {
      const results = await this.executable.run(this.feeds)
      losses = [...(results.losses?.data ?? [])]
    }
    return losses
  }
}

/** One client, all steps in one run; in shared memory, from which the engine's workers copy, as in serving. */
function feedsOf({ shape: { classes, batch }, steps, learningRate, weights, moments, inputs, classOf }: Task): Tensors {
  const targets = new Float32Array(classOf.length * classes)
  classOf.forEach((label, row) => {
    targets[row * classes + label] = 1
  })
  const rates = Float32Array.from({ length: steps }, (_, step) => rateOf(conv4.innerLoop.optimizer, learningRate, step))
  const tensor = (shape: readonly number[], data: Float32Array) => ({ shape, data: shared(data) })
  return {
    weights: tensor([1, weights.length], weights),
    moments: tensor([1, moments.length], moments),
    rates: tensor([steps, 1], rates),
    steps: { shape: [], data: Int32Array.of(steps) },
    x: tensor([steps, 1, batch, inputs.length / (steps * batch)], inputs),
    y: tensor([steps, 1, batch, classes], targets),
  }
}

function shared(data: Float32Array): Float32Array {
  const copy = new Float32Array(new SharedArrayBuffer(data.byteLength))
  copy.set(data)
  return copy
}
