/** From measurements to rows: medians a step and client, ratios, and whether a row counts. */
import type { Contender } from '../inner/contender.js'
import { stepFlop } from '../inner/flop.js'
import type { Measured, Measurement, Skipped } from '../inner/measure.js'
import { largestDeviation, type Spread, spread, whyVoid } from '../inner/report.js'
import { conv4, shapeName } from '../inner/shapes.js'
import { digestOf, type Task } from '../inner/task.js'
import type { Device } from './device.js'
import { reference } from './kinds.js'

/** A contender whose turns are those of so many clients at once. */
export interface Entry {
  readonly contender: Contender
  readonly clients: number
}

export interface Row {
  readonly engine: string
  readonly clients: number
  /** The time of one step of all clients, divided by their number. */
  readonly msPerStep: Spread
  /** Of all clients together, in matrix products alone. */
  readonly gflops: number
  /** How many times as many steps a second as eager TensorFlow.js; undefined where that could not be measured. */
  readonly toEager: number | undefined
  /** How many times as many as the onnx engine with the most clients, so with all cores. */
  readonly toOnnx: number
  /** Largest difference of a loss to those of the onnx engine. */
  readonly deviation: number
  /** Why this row does not count; undefined where it does. */
  readonly void: string | undefined
}

export interface Compiling {
  readonly name: string
  readonly seconds: number
  readonly secondsAgain: number | undefined
}

export interface Section {
  readonly shape: string
  readonly device: string
  /** Of one client. */
  readonly mflopPerStep: number
  readonly rows: readonly Row[]
  readonly compiling: readonly Compiling[]
  readonly skipped: readonly Skipped[]
}

/** `entries` begin with the reference. */
export function makeSection(
  device: Device,
  task: Task,
  entries: readonly Entry[],
  { measurements, skipped }: Measured,
  compiling: readonly Compiling[],
): Section {
  const flop = stepFlop(conv4, task.shape)
  const digest = digestOf(task)
  const expected = measurements.find(({ contender }) => contender.name === reference)?.losses[0] ?? []
  const rows = entries.flatMap(({ contender, clients }): Omit<Row, 'toEager' | 'toOnnx'>[] => {
    const measurement = measurements.find((one) => one.contender === contender)
    return measurement ? [rowOf(measurement, clients, flop, digest, expected)] : []
  })
  const eager = rows.find(({ engine }) => !compiling.some(({ name }) => name === engine))?.msPerStep.median
  const onnx = rows.filter(({ engine }) => engine === reference).sort((a, b) => b.clients - a.clients)[0]
  return {
    shape: shapeName(task.shape),
    device: device.name,
    mflopPerStep: flop / 1e6,
    rows: rows.map((row) => ({
      ...row,
      toEager: eager === undefined ? undefined : eager / row.msPerStep.median,
      toOnnx: (onnx?.msPerStep.median ?? Number.NaN) / row.msPerStep.median,
    })),
    compiling: compiling.map(({ name, seconds, secondsAgain }) => ({ name, seconds, secondsAgain })),
    skipped,
  }
}

function rowOf(
  { contender, msPerStep, losses, digests }: Measurement,
  clients: number,
  flop: number,
  digest: string,
  expected: readonly number[],
): Omit<Row, 'toEager' | 'toOnnx'> {
  const own = spread(msPerStep.map((ms) => ms / clients))
  const deviation = largestDeviation(losses, expected)
  return {
    engine: contender.name,
    clients,
    msPerStep: own,
    gflops: flop / (own.median * 1e6),
    deviation,
    void: whyVoid({ digests }, digest, deviation),
  }
}
