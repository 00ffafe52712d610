/** The inner loop of one class width: draws mini-batches and runs the adapt program slice by slice. */
import type { Engine, Executable } from '../engine/engine.js'
import type { Artifact, WidthSettings } from '../model/artifact.js'
import { at } from '../program/program.js'
import { adaptProgram } from './adapt-program.js'
import type { Budget } from './budget.js'
import { stepsPerSlice } from './cost.js'
import type { Initialization } from './initialization.js'
import type { SupportSet } from './learner.js'
import { balancedExamples } from './mini-batches.js'
import { rateOf } from './optimizers.js'
import { populationFeeder } from './population.js'
import { type Random, seeded } from './random.js'
import { toEnd } from './slices.js'
import { rateFeeds, StepBatches } from './step-batches.js'
import { constantFeed, floats, vectorFeed } from './vectors.js'

/** Where a run of inner steps stands. */
export interface InnerState {
  readonly weights: Float32Array
  readonly moments: Float32Array
}

export interface InnerRun extends InnerState {
  /** The mini-batch loss before each step. */
  readonly losses: readonly number[]
}

/** What no inner step changes: parameters that do not adapt, and statistics of the training data (population.ts). */
export type Fixed = Pick<Initialization, 'shared' | 'population'>

export interface InnerSettings {
  readonly steps: number
  readonly learningRate: number
  readonly seed: number
  /** Undefined: all steps, however long they take. */
  readonly budget?: Budget | undefined
  /** Steps that were done before, on another support set, and that the optimizer counts; 0 where not given. */
  readonly firstStep?: number
  /** Numbers of steps, growing, after which a slice ends in any case. */
  readonly cuts?: readonly number[]
  /** Called after each slice with the steps done so far: the weights after them are where they were handed over. */
  readonly onSlice?: (steps: number) => void
}

export class InnerLoop {
  /** Not in use by a run; never more than have run at the same time. */
  private readonly idleBatches: StepBatches[] = []
  private readonly idleMoments: Float32Array[] = []

  private constructor(
    private readonly artifact: Artifact,
    readonly settings: WidthSettings,
    /** The most steps of one run of the engine. */
    readonly slice: number,
    private readonly executable: Executable,
    private readonly populationFeeds: ReturnType<typeof populationFeeder>,
  ) {}

  static async compile(
    engine: Engine,
    artifact: Artifact,
    settings: WidthSettings,
    slice = stepsPerSlice(artifact, settings.classes, settings.batch, engine.sliceLength),
  ): Promise<InnerLoop> {
    const { classes, batch } = settings
    const [executable] = await engine.compileForClients([
      (clients) => adaptProgram(artifact, { classes, clients, batch, slice }),
    ])
    if (!executable) throw new Error('an engine gives an executable a program')
    return new InnerLoop(artifact, settings, slice, executable, populationFeeder(artifact))
  }

  /** Runs `steps` inner steps from `start`, or as many as fit the budget. */
  async run(start: InnerState, fixed: Fixed, support: SupportSet, settings: InnerSettings): Promise<InnerRun> {
    const own = { ...start, weights: Float32Array.from(start.weights) }
    const momentsInto = new Float32Array(start.moments.length)
    return toEnd(this.slices(own, fixed, support, { ...settings, momentsInto }))
  }

  /**
   * The same, with a stop before every slice; the moments after the last step only if there is memory for them, `momentsInto`.
   * The steps are done in place, on the weights that are handed over: the collector would have a megabyte to take away after
   * every slice.
   */
  async *slices(
    start: InnerState,
    fixed: Fixed,
    support: SupportSet,
    {
      steps,
      learningRate,
      seed,
      budget,
      firstStep = 0,
      cuts = [],
      onSlice,
      momentsInto,
    }: InnerSettings & { readonly momentsInto?: Float32Array | undefined },
  ): AsyncGenerator<void, InnerRun, void> {
    const random = seeded(seed)
    const examples = balancedExamples(random, support)
    const { weights } = start
    const moments = momentsInto ?? this.borrowMoments(start.moments)
    momentsInto?.set(start.moments)
    const losses: number[] = []
    const known = this.populationFeeds(fixed.population, Math.min(this.settings.batch, support.inputs.length))
    try {
      while (losses.length < steps) {
        yield
        const done = losses.length
        const end = cuts.find((cut) => cut > done) ?? steps
        const count = Math.min(this.slice, end - done, steps - done, budget?.stepsThatFit() ?? steps)
        if (count === 0) break
        const rates = Array.from({ length: count }, (_, step) =>
          rateOf(this.artifact.innerLoop.optimizer, learningRate, firstStep + done + step),
        )
        const batches = this.idleBatches.pop() ?? this.createBatches()
        this.draw(batches, random, examples, support, count)
        const feeds = {
          ...batches.feeds,
          ...vectorFeed('weights', weights),
          // In the first slice the same for every adaptation.
          ...(done === 0 && !momentsInto ? constantFeed('moments', start.moments) : vectorFeed('moments', moments)),
          ...constantFeed('shared', fixed.shared),
          ...known,
          ...rateFeeds(this.slice, rates),
        }
        const isLast = done + count === steps
        const wanted = moments.length === 0 || (isLast && !momentsInto) ? ['weights', 'losses'] : undefined
        const results = await this.executable.run(feeds, wanted, { weights, moments })
        this.idleBatches.push(batches)
        budget?.stepsDone(count)
        losses.push(...floats(results, 'losses').subarray(0, count))
        onSlice?.(losses.length)
      }
    } finally {
      if (!momentsInto) this.idleMoments.push(moments)
    }
    return { weights, moments, losses }
  }

  private borrowMoments(start: Float32Array): Float32Array {
    return this.idleMoments.pop() ?? new Float32Array(start.length)
  }

  dispose(): Promise<void> {
    return this.executable.dispose()
  }

  private createBatches(): StepBatches {
    const { classes, batch } = this.settings
    return StepBatches.create(this.artifact, { classes, batch, slice: this.slice })
  }

  /** Fills in the mini-batches of the next `count` steps, and the masks of dropout layers. */
  private draw(
    batches: StepBatches,
    random: Random,
    examples: Iterator<number, never>,
    support: SupportSet,
    count: number,
  ): void {
    const { batch } = this.settings
    batches.clear()
    // Step by step, so that what a step draws does not depend on the slice it is in.
    for (let step = 0; step < count; step++) {
      for (let row = step * batch; row < (step + 1) * batch; row++) {
        const example = examples.next().value
        const target = support.kind === 'classification' ? at(support.classOf, example) : at(support.targets, example)
        batches.put(row, at(support.inputs, example), target)
      }
      batches.drawMasks(step, random)
    }
  }
}
