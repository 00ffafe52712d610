/**
 * A meta-training with a folder: iterations, lines of metrics, measurements on held-out classes, checkpoints. Where it was cut,
 * and how often, leaves no trace in the weights or in the lines of metrics (but for their rate).
 */
import type { Initialization } from '../../learner/initialization.js'
import type { MetaIteration, MetaState } from '../meta/meta-state.js'
import { TrainingError } from '../training-error.js'
import { type Block, type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint.js'
import { differences, settingsHash } from './fingerprint.js'
import type { MetricsLine, Validation } from './metrics.js'
import type { RunFolder } from './run-folder.js'

/** Where meta-iterations come from; the same state gives the same next one (meta/meta-trainer.ts). */
export interface Trainer {
  start(): MetaState
  step(state: MetaState): Promise<MetaIteration>
}

export interface RunWork {
  readonly trainer: Trainer
  /** Of the data (fingerprint.ts). */
  readonly data: string
  /** Measures on held-out classes; nothing where there are none. */
  validate(initialization: Initialization): Promise<Validation[]>
  /** Keeps the model as far as it has come. */
  save(state: MetaState, reached: readonly Validation[]): Promise<void>
  watch(progress: Progress): void
  /** All meta-iterations are done: what comes now measures, and may take a while. */
  finishing(): void
  /** Aborted: the iteration under way is finished, a checkpoint written, and the run left. */
  readonly signal: AbortSignal
  /** Seconds, from any start. */
  now(): number
}

export interface Progress {
  /** Meta-iterations done. */
  readonly iteration: number
  readonly iterations: number
  /** Of the last iteration. */
  readonly firstLoss: number
  readonly lastLoss: number
  /** Meta-iterations per second, and how many seconds the others will take. */
  readonly rate: number
  readonly left: number
  /** The last measurement, as long as there is no newer one. */
  readonly validation: readonly Validation[]
}

export interface RunEnd {
  readonly state: MetaState
  readonly finished: boolean
  /** The last measurement. */
  readonly validation: readonly Validation[]
}

/** Lines of metrics of a whole run, roughly. */
const mostLines = 500

/** Begins, or goes on from the folder's checkpoint. Throws TrainingError; the folder can be gone on with after that. */
export async function runTraining(folder: RunFolder, work: RunWork): Promise<RunEnd> {
  return new TrainingRun(folder, work).run()
}

class TrainingRun {
  private state: MetaState
  private block: Block = { iterations: 0, firstLoss: 0, lastLoss: 0 }
  private validation: readonly Validation[] = []
  private readonly settings: string
  private readonly clock: Clock

  constructor(
    private readonly folder: RunFolder,
    private readonly work: RunWork,
  ) {
    this.state = work.trainer.start()
    this.settings = settingsHash(folder.settings)
    this.clock = new Clock(work.now)
  }

  async run(): Promise<RunEnd> {
    const { meta, checkpointSeconds } = this.folder.settings
    await this.goOn()
    for (;;) {
      // First of all, so that a measurement, which may take long, is done after the run has gone on.
      if (this.work.signal.aborted) return this.leave()
      const isOver = this.state.iteration >= meta.iterations
      if (isOver) {
        // What comes now takes long, and whoever is tired of it should not lose the training.
        await this.writeCheckpoint()
        this.work.finishing()
      }
      if (this.isLineDue()) await this.writeLine()
      if (isOver) break
      if (this.clock.sinceCheckpoint() >= checkpointSeconds) await this.writeCheckpoint()
      await this.iterate()
    }
    await this.writeCheckpoint()
    await this.work.save(this.state, this.validation)
    return { state: this.state, finished: true, validation: this.validation }
  }

  /** From the checkpoint, if there is one. */
  private async goOn(): Promise<void> {
    const checkpoint = await readCheckpoint(this.folder.checkpoint)
    if (checkpoint) this.requireSame(checkpoint)
    this.state = checkpoint?.state ?? this.state
    this.block = checkpoint?.block ?? this.block
    await this.folder.metrics.cutAfter(this.state.iteration)
    const lines = await this.folder.metrics.read()
    this.validation = lines.findLast(({ validation }) => validation)?.validation ?? []
  }

  private requireSame({ settings, data }: Checkpoint): void {
    const { path } = this.folder
    if (settings !== this.settings)
      throw new TrainingError(
        `The settings in ${path} are not those that its checkpoint was made with: undo the change or start a new run.`,
      )
    if (data !== this.work.data)
      throw new TrainingError(
        `The data are not those that the checkpoint in ${path} was made with: bring them back or start a new run.`,
      )
  }

  private async iterate(): Promise<void> {
    const begun = this.work.now()
    const { state, firstLoss, lastLoss } = await this.step()
    this.clock.iterationTook(this.work.now() - begun)
    this.state = state
    const { block } = this
    this.block = {
      iterations: block.iterations + 1,
      firstLoss: block.firstLoss + firstLoss,
      lastLoss: block.lastLoss + lastLoss,
    }
    const { iterations } = this.folder.settings.meta
    const left = this.clock.secondsFor(iterations - state.iteration)
    const { iteration } = state
    const { validation } = this
    this.work.watch({ iteration, iterations, firstLoss, lastLoss, rate: this.clock.rate(), left, validation })
  }

  /** Training that cannot go on leaves what it has. */
  private async step(): Promise<MetaIteration> {
    try {
      return await this.work.trainer.step(this.state)
    } catch (error) {
      if (error instanceof TrainingError) await this.leave()
      throw error
    }
  }

  private async leave(): Promise<RunEnd> {
    await this.writeCheckpoint()
    await this.work.save(this.state, this.validation)
    return { state: this.state, finished: false, validation: this.validation }
  }

  /** Decided by the number of the iteration alone; so a line that was due when the run was left is written when it goes on. */
  private isLineDue(): boolean {
    const { iterations } = this.folder.settings.meta
    const every = Math.max(1, Math.floor(iterations / mostLines))
    return this.block.iterations > 0 && (this.state.iteration % every === 0 || this.isMeasurementDue())
  }

  private isMeasurementDue(): boolean {
    const { meta, validation } = this.folder.settings
    const { iteration } = this.state
    return iteration === meta.iterations || (validation.every > 0 && iteration % validation.every === 0)
  }

  private async writeLine(): Promise<void> {
    const { iterations, firstLoss, lastLoss } = this.block
    const isMeasured = this.isMeasurementDue()
    const measured = isMeasured ? await this.work.validate(this.state.initialization) : []
    const line: MetricsLine = {
      iteration: this.state.iteration,
      firstLoss: firstLoss / iterations,
      lastLoss: lastLoss / iterations,
      rate: this.clock.rate(),
      ...(measured.length > 0 && { validation: measured }),
    }
    await this.folder.metrics.append(line)
    this.block = { iterations: 0, firstLoss: 0, lastLoss: 0 }
    if (measured.length > 0) this.validation = measured
    if (isMeasured) await this.work.save(this.state, this.validation)
  }

  private async writeCheckpoint(): Promise<void> {
    const { state, settings, block } = this
    // The lines before it first: they will not be written again.
    await this.folder.metrics.sync()
    await writeCheckpoint(this.folder.checkpoint, { state, settings, data: this.work.data, block })
    this.clock.checkpointWritten()
  }
}

/** How fast this process is. */
class Clock {
  private readonly begun: number
  private lastCheckpoint: number
  private done = 0
  /** Of the iterations themselves, without measurements. */
  private seconds = 0

  constructor(private readonly now: () => number) {
    this.begun = now()
    this.lastCheckpoint = this.begun
  }

  iterationTook(seconds: number): void {
    this.done++
    this.seconds += seconds
  }

  rate(): number {
    return this.seconds > 0 ? this.done / this.seconds : 0
  }

  secondsFor(iterations: number): number {
    return this.done > 0 ? (iterations * (this.now() - this.begun)) / this.done : 0
  }

  sinceCheckpoint(): number {
    return this.now() - this.lastCheckpoint
  }

  checkpointWritten(): void {
    this.lastCheckpoint = this.now()
  }
}

/** Throws TrainingError where settings that were given along with a folder would change what its run is. */
export function requireSameSettings(folder: RunFolder, asked: RunFolder['settings']): void {
  if (settingsHash(asked) === settingsHash(folder.settings)) return
  const changes = differences(asked, folder.settings).join('; ')
  throw new TrainingError(
    `A run goes on with the settings it was begun with (${changes}): leave them out or start a new run.`,
  )
}
