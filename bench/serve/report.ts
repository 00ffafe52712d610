/** From turns to rows: medians, ratios, and whether a row counts. */
import { type Spread, spread } from '../inner/report.js'
import type { Case, Measured, Turn } from './turns.js'

export interface Row {
  readonly contender: string
  readonly perSecond: Spread
  /** Our rate over this contender's, of turns that follow each other: above 1, ours is faster. */
  readonly ratio: Spread
  /** Milliseconds; medians over the rounds. */
  readonly p50: number
  readonly p99: number
  /** Milliseconds of processor time a request. */
  readonly cpuMs: number
  readonly residentBytes: number
  /** Why this row does not count; undefined where it does. */
  readonly void: string | undefined
}

export interface Section {
  readonly name: string
  readonly connections: number
  readonly rows: readonly Row[]
}

/** `measured` begins with ours. */
export function makeSection({ name, connections }: Case, measured: readonly Measured[]): Section {
  const ours = measured[0]?.turns ?? []
  const rows = measured.map(({ contender, turns }): Row => {
    const median = (value: (turn: Turn) => number) => spread(turns.map(value)).median
    return {
      contender: contender.name,
      perSecond: spread(turns.map(rate)),
      ratio: spread(turns.map((turn, round) => rateOf(ours[round]) / rate(turn))),
      p50: median(({ p50 }) => p50),
      p99: median(({ p99 }) => p99),
      cpuMs: median(({ cpuMs }) => cpuMs),
      residentBytes: Math.max(...turns.map(({ residentBytes }) => residentBytes)),
      void: whyVoid(turns),
    }
  })
  return { name, connections, rows }
}

export function whyVoid(turns: readonly { requests: number; refused: number; broken: number }[]): string | undefined {
  const sum = (value: (turn: { requests: number; refused: number; broken: number }) => number) =>
    turns.reduce((total, turn) => total + value(turn), 0)
  const [refused, broken] = [sum(({ refused }) => refused), sum(({ broken }) => broken)]
  if (refused > 0) return `${refused} answers were not 2xx`
  if (broken > 0) return `${broken} requests had no answer`
  if (turns.some(({ requests }) => requests === 0)) return 'a turn had no answers at all'
  return undefined
}

function rate({ requests, seconds }: Turn): number {
  return requests / seconds
}

function rateOf(turn: Turn | undefined): number {
  return turn ? rate(turn) : Number.NaN
}
