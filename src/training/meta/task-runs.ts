/** The inner loop of one task of a meta-iteration, and the weights on its way that the meta-step is made of. */
import type { Engine } from '../../engine/engine.js'
import { carriesMoments } from '../../learner/initialization.js'
import { InnerLoop } from '../../learner/inner-loop.js'
import { derived } from '../../learner/random.js'
import { toEnd } from '../../learner/slices.js'
import type { Artifact } from '../../model/artifact.js'
import { at } from '../../program/program.js'
import type { MetaSettings } from '../settings.js'
import type { Task } from '../task.js'
import { pointWeights, stepWeights } from './step-weights.js'

/** Where a task starts; nothing of it is changed. */
export interface TaskStart {
  readonly body: Float32Array
  readonly head: Float32Array
  /** What the scope of adaptation leaves out. */
  readonly shared: Float32Array
  /** Of the optimizer. */
  readonly moments: Float32Array
}

export interface TaskOutcome {
  /** Weights [body, head] after some inner steps, and what they weigh in the meta-step's direction (step-weights.ts). */
  readonly points: readonly { readonly factor: number; readonly weights: Float32Array }[]
  /** Second moments after the last step, where they are carried on: as long as the weights. */
  readonly secondMoments: Float32Array | undefined
  /** The mini-batch loss before each step. */
  readonly losses: readonly number[]
}

export interface TaskSettings {
  readonly learningRate: number
  readonly seed: number
  /** Whether the inner loop is done in two runs of the engine, so that other tasks can come between. */
  readonly halved: boolean
}

/** So that the mini-batches of a long inner loop do not take more room than the weights. */
const LONGEST_SLICE = 50

export class TaskRuns {
  /** Not in use; never more than have been at the same time. Made anew for every task they would keep the collector busy. */
  private readonly idle = new Map<number, Float32Array[]>()
  private readonly factors: readonly number[]
  /** Steps after which the weights are looked at. */
  private readonly cuts: readonly number[]

  private constructor(
    private readonly artifact: Artifact,
    private readonly steps: number,
    /** Whether the last step learns from the task's queries. */
    private readonly separateTail: boolean,
    weights: readonly number[],
    private readonly innerLoop: InnerLoop,
  ) {
    this.factors = pointWeights(weights)
    this.cuts = this.factors.flatMap((factor, step) => (step > 0 && factor !== 0 ? [step] : []))
  }

  /** Throws TrainingError where the algorithm does not fit the number of steps. */
  static async compile(
    engine: Engine,
    artifact: Artifact,
    { algorithm, ways, shots, batch, steps, learningRate }: MetaSettings,
  ): Promise<TaskRuns> {
    const weights = stepWeights(algorithm, steps)
    const width = { classes: ways, batch: batch === 0 ? Math.max(1, ways) * shots : batch, steps, learningRate }
    const innerLoop = await InnerLoop.compile(engine, artifact, width, Math.min(steps, LONGEST_SLICE))
    const separateTail = algorithm.kind === 'fomaml' && algorithm.tail === 'separate'
    return new TaskRuns(artifact, steps, separateTail, weights, innerLoop)
  }

  /** What the start weighs in the direction. */
  get startFactor(): number {
    return at(this.factors, 0)
  }

  /** Hand the outcome back (`release`) when it is no longer looked at. */
  async run(start: TaskStart, { support, queries }: Task, settings: TaskSettings): Promise<TaskOutcome> {
    const { body, head, shared } = start
    const { learningRate, seed, halved } = settings
    const weights = this.borrow(body.length + head.length)
    weights.set(body)
    weights.set(head, body.length)
    const carries = carriesMoments(this.artifact)
    const moments = carries || this.separateTail ? this.borrow(start.moments.length) : undefined
    const points: { factor: number; weights: Float32Array }[] = []
    const lookAt = (step: number): void => {
      const factor = at(this.factors, step)
      // The weights after the last step are not overwritten any more.
      if (factor !== 0) points.push({ factor, weights: step === this.steps ? weights : this.copy(weights) })
    }
    const ownSteps = this.steps - Number(this.separateTail)
    const losses: number[] = []
    if (ownSteps > 0) {
      const cuts = halved ? [...this.cuts, Math.ceil(this.steps / 2)].sort((a, b) => a - b) : this.cuts
      const own = { steps: ownSteps, learningRate, seed, cuts, onSlice: lookAt, momentsInto: moments }
      const run = this.innerLoop.slices({ weights, moments: start.moments }, { shared }, support, own)
      losses.push(...(await toEnd(run)).losses)
    }
    if (this.separateTail) {
      const tail = { steps: 1, firstStep: ownSteps, learningRate, seed: derived(seed, 1), momentsInto: moments }
      const before = ownSteps > 0 && moments ? moments : start.moments
      const run = this.innerLoop.slices({ weights, moments: before }, { shared }, queries, tail)
      losses.push(...(await toEnd(run)).losses)
      lookAt(this.steps)
    }
    if (!points.some((point) => point.weights === weights)) points.push({ factor: 0, weights })
    // A first moment, where the optimizer has one, stands before the second.
    const secondMoments = carries ? moments?.subarray(moments.length - weights.length) : undefined
    if (!carries && moments) this.giveBack(moments)
    return { points, secondMoments, losses }
  }

  release({ points, secondMoments }: TaskOutcome): void {
    for (const { weights } of points) this.giveBack(weights)
    if (secondMoments) this.giveBack(new Float32Array(secondMoments.buffer))
  }

  dispose(): Promise<void> {
    return this.innerLoop.dispose()
  }

  private copy(vector: Float32Array): Float32Array {
    const copy = this.borrow(vector.length)
    copy.set(vector)
    return copy
  }

  private borrow(length: number): Float32Array {
    return this.idle.get(length)?.pop() ?? new Float32Array(length)
  }

  private giveBack(vector: Float32Array): void {
    const idle = this.idle.get(vector.length) ?? []
    this.idle.set(vector.length, idle)
    idle.push(vector)
  }
}
