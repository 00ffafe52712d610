/** This project: the MetaTrainer on the onnx engine, with everything it does: drawing tasks, inner loops, meta-steps. */
import type { Engine } from '../../src/engine/engine.js'
import { headFromVector } from '../../src/learner/head.js'
import { type Initialization, startingMoments } from '../../src/learner/initialization.js'
import { layoutParameters } from '../../src/learner/parameters.js'
import { concatenated } from '../../src/learner/vectors.js'
import { at } from '../../src/program/program.js'
import type { MetaState } from '../../src/training/meta/meta-state.js'
import { MetaTrainer } from '../../src/training/meta/meta-trainer.js'
import type { TaskSource } from '../../src/training/task.js'
import type { Contender, Prepared, Turn } from '../inner/contender.js'
import { digestOf, makeTask, type Task } from '../inner/task.js'
import { Recorder } from './recorder.js'
import { artifact, FIRST_ITERATION, settings, shape, stepsPerIteration } from './setting.js'

/** Of the second moments of the benchmark of the inner loop: more like those of a training. */
const MOMENTS = 0.01

/** "Adaptations", as the shared parts of the benchmarks call them, are here `iterations` meta-iterations from `start`. */
export class Ours implements Contender {
  readonly name = 'reptile-serve'
  readonly family = this.name

  private constructor(
    private readonly trainer: MetaTrainer,
    private readonly start: Initialization,
    private readonly iterations: number,
    /** The same initialization, and the mini-batches of all tasks' inner steps one behind the other, for the peers. */
    readonly task: Task,
  ) {}

  static async create(engine: Engine, source: TaskSource, iterations: number, seed: number): Promise<Ours> {
    const start = startFrom(seed)
    const recorder = new Recorder(source)
    const recording = await MetaTrainer.create(engine, artifact, settings, recorder, seed)
    await runFrom(recording, start, iterations)
    await recording.close()
    const { tasksPerStep, steps, learningRate } = settings
    const task = {
      shape,
      steps: iterations * stepsPerIteration,
      learningRate,
      parameters: layoutParameters(artifact, shape.classes).adapted,
      weights: concatenated(start.body, headFromVector(headOf(start), shape.classes, shape.classes)),
      moments: startingMoments(artifact, start, shape.classes),
      ...recorder.recorded(iterations * tasksPerStep, steps * shape.batch),
    }
    const trainer = await MetaTrainer.create(engine, artifact, settings, source, seed)
    return new Ours(trainer, start, iterations, task)
  }

  async prepare(task: Task): Promise<Prepared> {
    return { digests: [digestOf(task)] }
  }

  async run(times: number): Promise<Turn> {
    const started = performance.now()
    let losses: number[] = []
    for (let time = 0; time < times; time++) losses = await runFrom(this.trainer, this.start, this.iterations)
    return { ms: performance.now() - started, losses: [losses] }
  }

  close(): Promise<void> {
    return this.trainer.close()
  }
}

/** The mean losses before the first and before the last inner step of each meta-iteration. */
async function runFrom(trainer: MetaTrainer, initialization: Initialization, iterations: number): Promise<number[]> {
  const losses: number[] = []
  let state: MetaState = { iteration: FIRST_ITERATION, initialization, outer: [] }
  for (let count = 0; count < iterations; count++) {
    const { firstLoss, lastLoss, ...next } = await trainer.step(state)
    losses.push(firstLoss, lastLoss)
    state = next.state
  }
  return losses
}

/** Weights and second moments as in the benchmark of the inner loop; the shared vector is the first row of its head. */
function startFrom(seed: number): Initialization {
  const { weights, moments } = makeTask(shape, 1, seed)
  const { bodySize, adaptedSize } = layoutParameters(artifact, shape.classes)
  const features = (adaptedSize - bodySize) / shape.classes - 1
  const row = (flat: Float32Array) =>
    Float32Array.of(...flat.subarray(bodySize, bodySize + features), at(flat, bodySize + shape.classes * features))
  return {
    body: weights.slice(0, bodySize),
    shared: new Float32Array(0),
    head: row(weights),
    bodyMoments: moments.slice(0, bodySize).map(smaller),
    headMoments: row(moments).map(smaller),
  }
}

/** So that a meta-iteration moves so far that a peer which leaves out one of five tasks is found out. */
const smaller = (moment: number): number => moment * MOMENTS

function headOf({ head }: Initialization): Float32Array {
  if (!head) throw new Error('the benchmark trains with a shared head')
  return head
}
