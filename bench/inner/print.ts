/** The report as text for a person: of each family of contenders the fastest. */
import { line, range } from '../table.js'
import type { Row, Section } from './report.js'
import { TOLERANCE } from './report.js'

const columns = [-42, 22, 9, 9, 9, 10] as const

export function printSection({ mode, shape, mflopPerStep, gflops, limitMs, rows, skipped }: Section): string {
  const seats = mode.seats === 1 ? '1 adaptation' : `${mode.seats} adaptations at a time`
  const title = `${mode.name}: ${shape} (${seats}, ${mode.threads} thread${mode.threads === 1 ? '' : 's'} each)`
  const rate = `${mflopPerStep.toFixed(0)} MFLOP a step at ${range(gflops, 0)} GFLOP/s`
  const limit = `arithmetic limit ${digits(limitMs)} ms: ${rate}`
  const head = line(columns, ['', 'ms a step (min..max)', 'adapt/s', 'to ours', 'to limit', 'loss diff'])
  const lines = fastest(rows).map((row) => line(columns, cells(row)) + (row.void ? `  VOID: ${row.void}` : ''))
  const missing = skipped.map(({ name, reason }) => `  ${name} skipped: ${reason}`)
  return [title, `  ${limit}`, head, ...lines, ...missing, ''].join('\n')
}

export const legend =
  'to ours: time over that of reptile-serve; to limit: time over the arithmetic limit; ' +
  `loss diff: must stay below ${TOLERANCE} * max(1, loss) in every step, or the row is void`

function cells(row: Row): string[] {
  const ratios = row.void
    ? ['-', '-', '-']
    : [row.adaptationsPerSecond.toFixed(1), `${row.ratio.toFixed(2)} x`, `${row.overLimit.toFixed(2)} x`]
  return [`  ${row.contender}`, range(row.msPerStep, 2), ...ratios, row.deviation.toExponential(1)]
}

/** Void rows all stay: each of them is a fault to look into. */
function fastest(rows: readonly Row[]): readonly Row[] {
  const beaten = (row: Row) =>
    rows.some((other) => other.family === row.family && !other.void && other.msPerStep.median < row.msPerStep.median)
  return rows.filter((row) => row.void || !beaten(row))
}

function digits(value: number): string {
  return value.toPrecision(2)
}
