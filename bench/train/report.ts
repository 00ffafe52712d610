/** From measurements to rows: meta-iterations per second, ratios, the distance to the limit, and whether a row counts. */
import { stepFlop } from '../inner/flop.js'
import type { Measured } from '../inner/measure.js'
import { largestDeviation, type Spread, spread, whyVoid } from '../inner/report.js'
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
      void: whyVoid({ digests }, digest, deviation),
    }
  })
  return { cores, mflopPerIteration: flop / 1e6, gflops: rate, limitMs, rows, skipped }
}
