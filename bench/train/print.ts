/** The report as text for a person: of each family of contenders the fastest. */
import { TOLERANCE } from '../inner/report.js'
import { line, range } from '../table.js'
import type { Report, Row } from './report.js'

const columns = [-58, 24, 12, 9, 9, 10] as const

export function printReport({ cores, mflopPerIteration, gflops, limitMs, rows, skipped }: Report): string {
  const rate = `${mflopPerIteration.toFixed(0)} MFLOP a meta-iteration at ${cores} x ${range(gflops, 1)} GFLOP/s`
  const limit = `arithmetic limit ${(1000 / limitMs).toFixed(1)} iterations/s, ${limitMs.toFixed(1)} ms: ${rate}`
  const head = line(columns, ['', 'ms (min..max)', 'iterations/s', 'to ours', 'to limit', 'loss diff'])
  const lines = fastest(rows).map((row) => line(columns, cells(row)) + (row.void ? `  VOID: ${row.void}` : ''))
  const missing = skipped.map(({ name, reason }) => `  ${name} skipped: ${reason}`)
  return [limit, head, ...lines, ...missing, ''].join('\n')
}

export const legend =
  'to ours: time over that of reptile-serve; to limit: time over the arithmetic limit; ' +
  `loss diff: must stay below ${TOLERANCE} * max(1, loss) in every meta-iteration, or the row is void`

function cells(row: Row): string[] {
  const figures = row.void
    ? ['-', '-', '-']
    : [row.iterationsPerSecond.toFixed(1), `${row.ratio.toFixed(2)} x`, `${row.overLimit.toFixed(2)} x`]
  return [`  ${row.contender}`, range(row.msPerIteration, 1), ...figures, row.deviation.toExponential(1)]
}

/** Void rows all stay: each of them is a fault to look into. */
function fastest(rows: readonly Row[]): readonly Row[] {
  const beaten = (row: Row) =>
    rows.some(
      (other) => other.family === row.family && !other.void && other.msPerIteration.median < row.msPerIteration.median,
    )
  return rows.filter((row) => row.void || !beaten(row))
}
