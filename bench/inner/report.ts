/** From measurements to rows: medians, ratios, the distance to the limit, and whether a row counts. */
import type { Mode } from './contender.js'
import { stepFlop } from './flop.js'
import type { Measured, Measurement, Skipped } from './measure.js'
import { conv4, shapeName } from './shapes.js'
import { digestOf, type Task } from './task.js'

/** Losses agree when |a - b| <= TOLERANCE * max(1, |b|): relative for losses above 1, absolute below. */
export const TOLERANCE = 1e-4

export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export interface Row {
  readonly contender: string
  readonly family: string
  readonly msPerStep: Spread
  readonly adaptationsPerSecond: number
  /** This contender's time over ours: above 1, ours is faster. */
  readonly ratio: number
  /** The time over that of the matrix products alone. */
  readonly overLimit: number
  /** Largest difference of a loss to ours, measured as TOLERANCE is. */
  readonly deviation: number
  /** Why this row does not count; undefined where it does. */
  readonly void: string | undefined
}

export interface Section {
  readonly mode: Mode
  readonly shape: string
  readonly mflopPerStep: number
  /** Of one seat. */
  readonly gflops: Spread
  /** Arithmetic limit: ms a step if there were nothing but matrix products. */
  readonly limitMs: number
  readonly rows: readonly Row[]
  readonly skipped: readonly Skipped[]
}

/** `measured` begins with ours. */
export function makeSection(mode: Mode, task: Task, { measurements, skipped, gflops }: Measured): Section {
  const [ours] = measurements
  if (!ours) throw new Error('there is nothing to compare with')
  const flop = stepFlop(conv4, task.shape)
  const rate = spread(gflops)
  const limitMs = flop / (rate.median * 1e6)
  const oursMs = spread(ours.msPerStep).median
  const rows = measurements.map((measurement): Row => {
    const msPerStep = spread(measurement.msPerStep)
    const deviation = largestDeviation(measurement.losses, ours.losses[0] ?? [])
    return {
      contender: measurement.contender.name,
      family: measurement.contender.family,
      msPerStep,
      adaptationsPerSecond: (mode.seats * 1000) / (msPerStep.median * task.steps),
      ratio: msPerStep.median / oursMs,
      overLimit: msPerStep.median / limitMs,
      deviation,
      void: whyVoid(measurement, digestOf(task), deviation),
    }
  })
  return { mode, shape: shapeName(task.shape), mflopPerStep: flop / 1e6, gflops: rate, limitMs, rows, skipped }
}

/** Undefined for a row that counts. */
export function whyVoid(
  { digests }: Pick<Measurement, 'digests'>,
  expected: string,
  deviation: number,
): string | undefined {
  if (digests.some((digest) => digest !== expected)) return 'it started from other weights or data'
  // Not the other way round: a loss that is not a number must not pass.
  if (!(deviation <= TOLERANCE)) return `its losses differ by ${deviation.toExponential(1)}`
  return undefined
}

/** Of lists of losses, over all turns; NaN where a list is of another length. */
export function largestDeviation(lists: readonly (readonly number[])[], expected: readonly number[]): number {
  const deviations = lists.flatMap((list) =>
    list.length === expected.length
      ? expected.map((loss, step) => Math.abs((list[step] ?? Number.NaN) - loss) / Math.max(1, Math.abs(loss)))
      : [Number.NaN],
  )
  return Math.max(...deviations)
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.slice(Math.floor((sorted.length - 1) / 2), Math.floor(sorted.length / 2) + 1)
  return {
    median: middle.reduce((sum, value) => sum + value, 0) / middle.length,
    min: sorted.at(0) ?? Number.NaN,
    max: sorted.at(-1) ?? Number.NaN,
  }
}
