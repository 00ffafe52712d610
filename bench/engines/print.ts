/** The report as text for a person. */
import { TOLERANCE } from '../inner/report.js'
import { line, range } from '../table.js'
import { reference } from './kinds.js'
import type { Compiling, Row, Section } from './report.js'

const columns = [-26, 8, 25, 10, 10, 10, 10] as const

export function printSection({ shape, device, mflopPerStep, rows, compiling, skipped }: Section): string {
  const title = `${shape}, ${mflopPerStep.toFixed(0)} MFLOP a step; TensorFlow on ${device}`
  const head = line(columns, ['', 'clients', 'ms a step and client', 'GFLOP/s', 'to eager', 'to onnx', 'loss diff'])
  const lines = rows.map((row) => line(columns, cells(row)) + (row.void ? `  VOID: ${row.void}` : ''))
  const missing = skipped.map(({ name, reason }) => `  ${name} skipped: ${reason}`)
  return [title, head, ...lines, ...missing, `  compiling: ${compiling.map(took).join('; ')}`, ''].join('\n')
}

export const legend = [
  'ms a step and client: the time of a step of all clients over their number, median (min..max) of the rounds, with the way to the engine',
  '  and back; eager TensorFlow.js does one client after the other, so that its row stands for any number of them',
  `to eager, to onnx: steps a second over those of eager TensorFlow.js, and of "${reference}" with the most clients`,
  `loss diff: must stay below ${TOLERANCE} * max(1, loss) in every step, or the row is void`,
].join('\n')

function cells(row: Row): string[] {
  const ratio = (value: number | undefined) => (value === undefined ? '-' : `${value.toFixed(2)} x`)
  const figures = row.void ? ['-', '-', '-'] : [row.gflops.toFixed(0), ratio(row.toEager), ratio(row.toOnnx)]
  return [`  ${row.engine}`, String(row.clients), range(row.msPerStep, 2), ...figures, row.deviation.toExponential(1)]
}

function took({ name, seconds, secondsAgain }: Compiling): string {
  const again = secondsAgain === undefined ? '' : ` (${secondsAgain.toFixed(2)} s from the cache)`
  return `${name} ${seconds.toFixed(2)} s${again}`
}
