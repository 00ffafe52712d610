/** From measurements to rows: meta-iterations per second, ratios, the distance to the limit, and whether a row counts. */
import { stepFlop } from '../inner/flop.js'
import type { Measured } from '../inner/measure.js'
import { type Spread, spread, TOLERANCE } from '../inner/report.js'
import { artifact, shape, stepsPerIteration } from './setting.js'

export interface Row {
  readonly contender: string
  readonly family: string
  readonly msPerIteration: Spread
  readonly iterationsPerSecond: number
  /** This contender's time over ours: above 1, ours is faster. */
  readonly ratio: number
  /** The time over that of the matrix products alone. */
  readonly overLimit: number
  /** Largest difference of a loss to ours, measured as TOLERANCE is. */
  readonly deviation: number
  /** Why this row does not count; undefined where it does. */
  readonly void: string | undefined
}

export interface Report {
  readonly cores: number
  readonly mflopPerIteration: number
  /** Of one core, while all multiply. */
  readonly gflops: Spread
  /** Arithmetic limit: ms a meta-iteration if there were nothing but matrix products, evenly on all cores. */
  readonly limitMs: number
  readonly rows: readonly Row[]
  readonly skipped: Measured['skipped']
}

/** `measured` begins with ours; `digest` is of what all were to start from. */
export function makeReport(cores: number, digest: string, { measurements, skipped, gflops }: Measured): Report {
  const [ours] = measurements
  if (!ours) throw new Error('there is nothing to compare with')
  const flop = stepsPerIteration * stepFlop(artifact, shape)
  const rate = spread(gflops)
  const limitMs = flop / (cores * rate.median * 1e6)
  const oursMs = stepsPerIteration * spread(ours.msPerStep).median
  const rows = measurements.map(({ contender, msPerStep, losses, digests }): Row => {
    const msPerIteration = spread(msPerStep.map((ms) => ms * stepsPerIteration))
    const deviation = largestDeviation(losses, ours.losses[0] ?? [])
    return {
      contender: contender.name,
      family: contender.family,
      msPerIteration,
      iterationsPerSecond: 1000 / msPerIteration.median,
      ratio: msPerIteration.median / oursMs,
      overLimit: msPerIteration.median / limitMs,
      deviation,
      void: digests.every((own) => own === digest) ? whyVoid(deviation) : 'it started from other weights or data',
    }
  })
  return { cores, mflopPerIteration: flop / 1e6, gflops: rate, limitMs, rows, skipped }
}

function whyVoid(deviation: number): string | undefined {
  // Not the other way round: a loss that is not a number must not pass.
  return deviation <= TOLERANCE ? undefined : `its losses differ by ${deviation.toExponential(1)}`
}

/** Over all turns; NaN where a list is of another length. */
export function largestDeviation(lists: readonly (readonly number[])[], expected: readonly number[]): number {
  const deviations = lists.flatMap((list) =>
    list.length === expected.length
      ? expected.map((loss, index) => Math.abs((list[index] ?? Number.NaN) - loss) / Math.max(1, Math.abs(loss)))
      : [Number.NaN],
  )
  return Math.max(...deviations)
}
