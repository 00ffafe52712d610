/**
 * Meta-training: inner loops on a few tasks, then a step of the initialization (paper, algorithms 1 and 2). A meta-iteration is
 * a function of the state before it, the settings, the data and the seed: its random numbers come from (seed, iteration, task)
 * and sums are taken in the order of the tasks, so a training that is resumed goes on bit for bit, with any number of workers.
 */
import type { Engine } from '../../engine/engine.js'
import { carriesMoments, type Initialization, startingMoments } from '../../learner/initialization.js'
import { derived, seeded } from '../../learner/random.js'
import { allFinite } from '../../learner/vectors.js'
import type { Artifact } from '../../model/artifact.js'
import { at } from '../../program/program.js'
import type { MetaSettings } from '../settings.js'
import { randomInitialization } from '../start.js'
import type { Task, TaskSource } from '../task.js'
import { DivergedError, TrainingError } from '../training-error.js'
import type { MetaIteration, MetaState } from './meta-state.js'
import { movedParts, outerStep, startingOuter } from './outer-optimizer.js'
import { metaStepAt } from './schedule.js'
import { StartingHeads } from './starting-heads.js'
import { type TaskOutcome, TaskRuns } from './task-runs.js'
import { TaskSums } from './task-sums.js'
import { UpcomingTasks } from './upcoming-tasks.js'

/** In the paths of seeds, behind iteration and task (upcoming-tasks.ts has another): the order of the mini-batches. */
const LEARNING = 1

export class MetaTrainer {
  /** Where the optimizer starts afresh in every task. */
  private zeroMoments: Float32Array | undefined
  /** Memory, used again in every meta-iteration. */
  private sums: TaskSums | undefined

  private constructor(
    private readonly artifact: Artifact,
    private readonly settings: MetaSettings,
    private readonly seed: number,
    private readonly workers: number,
    private readonly tasks: UpcomingTasks,
    private readonly heads: StartingHeads,
    private readonly runs: TaskRuns,
  ) {}

  /** Throws TrainingError where settings and model do not fit together. */
  static async create(
    engine: Engine,
    artifact: Artifact,
    settings: MetaSettings,
    source: TaskSource,
    seed: number,
  ): Promise<MetaTrainer> {
    requireFitting(artifact, settings)
    const runs = await TaskRuns.compile(engine, artifact, settings)
    const heads = await StartingHeads.compile(engine, artifact, settings.ways)
    const tasks = new UpcomingTasks(source, settings, seed)
    return new MetaTrainer(artifact, settings, seed, engine.parallelism, tasks, heads, runs)
  }

  /** A random initialization: the same for the same seed. Throws TrainingError where there is nothing to meta-train. */
  start(): MetaState {
    const initialization = randomInitialization(this.artifact, seeded(derived(this.seed)))
    if (movedParts(initialization).every(({ length }) => length === 0))
      throw new TrainingError(
        'With scope "head" and a head from prototypes there is nothing to meta-train: set meta.scope to "all", or take head "shared".',
      )
    return { iteration: 0, initialization, outer: startingOuter(this.settings.outer, initialization) }
  }

  /**
   * One meta-iteration; `state` is left as it is. One at a time. Throws TrainingError where the training diverges or the data
   * do not suffice.
   */
  async step(state: MetaState): Promise<MetaIteration> {
    const { iteration, initialization } = state
    const tasks = await this.tasks.of(iteration)
    const outcomes = this.learn(state, tasks)
    // At once: one may fail while another is waited for.
    const settled = Promise.allSettled(outcomes)
    if (iteration + 1 < this.settings.iterations) this.tasks.prepare(iteration + 1)
    this.sums ??= new TaskSums(initialization, this.settings.ways)
    const { sums } = this
    sums.start(initialization, this.runs.startFactor)
    const [firstLosses, lastLosses]: [number[], number[]] = [[], []]
    try {
      for (const outcome of outcomes) {
        const found = await outcome
        sums.add(found, tasks.length)
        firstLosses.push(at(found.losses, 0))
        lastLosses.push(at(found.losses, found.losses.length - 1))
        this.runs.release(found)
      }
    } finally {
      // Where one has failed, the others still use the engine.
      await settled
    }
    const next = this.moved(state, sums)
    const [firstLoss, lastLoss] = [mean(firstLosses), mean(lastLosses)]
    this.requireFinite(next, firstLoss, lastLoss)
    return { state: next, firstLoss, lastLoss }
  }

  /** Frees what was compiled, when no step is under way. The engine stays. */
  async close(): Promise<void> {
    await this.tasks.idle()
    await this.runs.dispose()
    await this.heads.dispose()
  }

  /** Starts all inner loops; their outcomes in the order of the tasks. */
  private learn({ iteration, initialization }: MetaState, tasks: readonly Task[]): Promise<TaskOutcome>[] {
    const { learningRate, steps } = this.settings
    const moments = this.startingMoments(initialization)
    const rate = learningRate * warmUp(this.artifact, steps * (iteration + 1))
    const { body, shared } = initialization
    const learnFrom = async (task: Task, index: number, halved: boolean): Promise<TaskOutcome> => {
      const head = await this.heads.for(initialization, task.support)
      const seed = derived(this.seed, iteration, index, LEARNING)
      return this.runs.run({ body, head, shared, moments }, task, { learningRate: rate, seed, halved })
    }
    // Halved tasks begin first, so that their second halves fill the gap at the end.
    const outcomes = new Map<number, Promise<TaskOutcome>>()
    const halved = halvedTasks(tasks.length, this.workers)
    for (const index of [...halved, ...tasks.keys()])
      if (!outcomes.has(index)) outcomes.set(index, learnFrom(at(tasks, index), index, halved.includes(index)))
    return [...tasks.keys()].map((index) => outcomes.get(index) as Promise<TaskOutcome>)
  }

  private startingMoments(initialization: Initialization): Float32Array {
    if (carriesMoments(this.artifact)) return startingMoments(this.artifact, initialization, this.settings.ways)
    this.zeroMoments ??= startingMoments(this.artifact, initialization, this.settings.ways)
    return this.zeroMoments
  }

  private moved({ iteration, initialization, outer }: MetaState, sums: TaskSums): MetaState {
    const epsilon = metaStepAt(this.settings, iteration)
    const directions = sums.head ? [sums.body, sums.head] : [sums.body]
    const step = outerStep(this.settings.outer, movedParts(initialization), directions, outer, { epsilon, iteration })
    // They belong to the initialization and run on: the next tasks start from their mean over these.
    const moments = carriesMoments(this.artifact)
      ? { bodyMoments: new Float32Array(sums.bodyMoments), headMoments: new Float32Array(sums.headMoments) }
      : {}
    return {
      iteration: iteration + 1,
      outer: step.outer,
      initialization: { ...initialization, ...moments, body: at(step.parts, 0), head: step.parts[1] },
    }
  }

  private requireFinite({ iteration, initialization }: MetaState, firstLoss: number, lastLoss: number): void {
    const { body, head, bodyMoments } = initialization
    if (Number.isFinite(firstLoss + lastLoss) && [body, bodyMoments, ...(head ? [head] : [])].every(allFinite)) return
    const { learningRate, metaStep } = this.settings
    throw new DivergedError(
      `The training diverged at meta-iteration ${iteration}: lower learningRate (now ${learningRate}) or metaStep (now ${metaStep}).`,
    )
  }
}

/**
 * The tasks whose inner loops are cut in two: as many as are left over when every worker has had the same number. They are ready
 * shortly before the last, and are numbered so, for outcomes are summed up in order.
 */
function halvedTasks(tasks: number, workers: number): number[] {
  const count = tasks > workers ? tasks % workers : 0
  return Array.from({ length: count }, (_, i) => tasks - 1 - count + i)
}

/** Carried moments start at zero and are not corrected in an adaptation; in the first meta-iterations that must be made up for. */
function warmUp(artifact: Artifact, stepsDone: number): number {
  const { optimizer } = artifact.innerLoop
  return optimizer.type === 'adam' && carriesMoments(artifact) ? Math.sqrt(1 - optimizer.beta2 ** stepsDone) : 1
}

function requireFitting({ name, task }: Artifact, { ways }: MetaSettings): void {
  if (task === 'regression' && ways !== 0)
    throw new TrainingError(`${name} is a regression model, whose tasks have no classes: set ways to 0, not ${ways}.`)
  if (task === 'classification' && ways < 2)
    throw new TrainingError(`${name} is a classifier, whose tasks have at least 2 classes: set ways, now ${ways}.`)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
