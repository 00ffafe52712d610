/** How far a training is: a line that is redrawn on a terminal, a line every few seconds elsewhere. */
import { taskName } from '../training/evaluate/figures.js'
import type { Validation } from '../training/run/metrics.js'
import type { Progress } from '../training/run/training-run.js'

export interface Output {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  write(text: string): unknown
}

/** Of the shown losses, which are noisy, how much stays from one iteration to the next. */
const smoothing = 0.95

export class ProgressLine {
  private losses: { first: number; last: number } | undefined
  private shownAt = Number.NEGATIVE_INFINITY
  private validation: readonly Validation[] | undefined
  /** What stands on the terminal's last line: something to be kept at the end, or not. */
  private drawn: 'progress' | 'passing' | undefined

  /** `now`: seconds, from any start. */
  constructor(
    private readonly output: Output,
    private readonly now: () => number,
  ) {}

  show(progress: Progress): void {
    const { firstLoss, lastLoss, validation, iteration, iterations } = progress
    const { first, last } = this.losses ?? { first: firstLoss, last: lastLoss }
    const mix = (old: number, fresh: number) => smoothing * old + (1 - smoothing) * fresh
    this.losses = { first: mix(first, firstLoss), last: mix(last, lastLoss) }
    // A run that goes on brings its last measurement along, which was shown by then.
    if (validation !== this.validation && this.validation !== undefined)
      this.say(`measured before iteration ${iteration}: ${measurement(validation)}`)
    this.validation = validation
    const isTerminal = this.output.isTTY === true
    if (this.now() - this.shownAt < (isTerminal ? 0.1 : 5) && iteration < iterations) return
    this.shownAt = this.now()
    const text = progressText({ ...progress, firstLoss: this.losses.first, lastLoss: this.losses.last })
    if (!isTerminal) {
      this.output.write(`${text}\n`)
      return
    }
    this.draw(text, 'progress')
  }

  /** How far a measurement is: on a terminal only. */
  measure(task: { readonly ways: number; readonly shots: number }, done: number, all: number): void {
    if (this.output.isTTY !== true || this.now() - this.shownAt < 0.1) return
    this.shownAt = this.now()
    this.draw(`measuring ${taskName(task)}: ${done} of ${all} tasks`, 'passing')
  }

  /** The iterations are over, and their last line stays; what comes now takes a while. */
  finish(work: string): void {
    this.end()
    if (this.output.isTTY === true) this.draw(work, 'passing')
    else this.say(work)
  }

  /** A line that stays. */
  say(line: string): void {
    this.output.write(`${this.drawn ? '\r\x1b[K' : ''}${line}\n`)
    this.drawn = undefined
  }

  /** The progress that is drawn stays. */
  end(): void {
    if (this.drawn) this.output.write(this.drawn === 'progress' ? '\n' : '\r\x1b[K')
    this.drawn = undefined
  }

  private draw(text: string, what: 'progress' | 'passing'): void {
    // Cut to the terminal: a line that wraps could not be redrawn.
    this.output.write(`\r\x1b[K${text.slice(0, (this.output.columns || 80) - 1)}`)
    this.drawn = what
  }
}

export function progressText({ iteration, iterations, firstLoss, lastLoss, rate, left, validation }: Progress): string {
  return [
    `${iteration}/${iterations}`,
    `${Math.floor((100 * iteration) / iterations)}%`,
    `${rate.toPrecision(3)} it/s`,
    `loss ${firstLoss.toFixed(4)} -> ${lastLoss.toFixed(4)}`,
    ...(validation.length > 0 ? [measurement(validation)] : []),
    `${duration(left)} left`,
  ].join('  ')
}

/** "accuracy 93.1% +- 0.5 (5-way 1-shot), 97.4% +- 0.3 (5-way 5-shot)" */
export function measurement(validation: readonly Validation[]): string {
  const figures = validation.map(({ accuracy, error, interval, ...task }) => {
    const figure =
      accuracy === undefined
        ? `${(error ?? Number.NaN).toPrecision(3)} +- ${interval.toPrecision(2)}`
        : `${(100 * accuracy).toFixed(1)}% +- ${(100 * interval).toFixed(1)}`
    return `${figure} (${taskName(task)})`
  })
  return `${validation.some(({ accuracy }) => accuracy === undefined) ? 'squared error' : 'accuracy'} ${figures.join(', ')}`
}

/** Of so many seconds: "45 s", "12 min", "3 h 05 min". */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 90) return `${minutes} min`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}
