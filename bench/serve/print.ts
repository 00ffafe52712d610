/** The report as text for a person. */
import { line, range } from '../table.js'
import type { Crowding } from './crowding.js'
import type { Section } from './report.js'

const MEBIBYTE = 1024 * 1024
const columns = [-26, 26, 11, 10, 10, 10, 9] as const

export function printSection({ name, connections, rows }: Section): string {
  const title = `${name}, ${connections} connection${connections === 1 ? '' : 's'}`
  const head = line(columns, ['', 'requests/s (min..max)', 'first to it', 'p50 ms', 'p99 ms', 'CPU ms', 'MiB'])
  const lines = rows.map((row) => {
    const numbers = [row.p50, row.p99, row.cpuMs].map((value) => value.toFixed(2))
    const memory = (row.residentBytes / MEBIBYTE).toFixed(0)
    const ratio = row.void ? '-' : `${row.ratio.median.toFixed(2)} x`
    const reason = row.void ? `  VOID: ${row.void}` : ''
    return line(columns, [`  ${row.contender}`, range(row.perSecond, 1), ratio, ...numbers, memory]) + reason
  })
  return [title, head, ...lines, ''].join('\n')
}

export function printCrowding(rows: readonly Crowding[]): string {
  const title = 'predict, 1 unhurried connection, while 8 connections adapt with the default number of steps'
  const head = line(columns, ['', 'p99/p50 alone (min..max)', 'p50 alone', 'p99 alone', 'p50', 'p99', 'adapt/s'])
  const lines = rows.map((row) => {
    const latencies = [row.alone.p50, row.alone.p99, row.crowded.p50, row.crowded.p99].map(({ median }) => median)
    const numbers = [...latencies.map((value) => value.toFixed(2)), row.adaptationsPerSecond.median.toFixed(1)]
    const reason = row.void ? `  VOID: ${row.void}` : ''
    return line(columns, [`  ${row.contender}`, range(row.ratio, 2), ...numbers]) + reason
  })
  return [title, head, ...lines, ''].join('\n')
}

export const legend =
  "first to it: the first row's requests a second over this one's, median of the rounds; CPU: processor time of all their processes a " +
  'request; MiB: resident after the turn, at most'
