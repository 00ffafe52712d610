/** From numbers to places on a drawing, with ticks at round numbers. */
import { figure } from './format.js'

export interface Axis {
  /** Where a number lies, in the drawing's units. On a logarithmic axis it must be positive. */
  place(value: number): number
  readonly ticks: readonly { readonly at: number; readonly label: string }[]
}

export interface AxisSettings {
  /** Finite numbers that must be on it; with none it goes from 0 to 1. */
  readonly values: readonly number[]
  /** The places of its two ends. */
  readonly from: number
  readonly to: number
  readonly logarithmic?: boolean | undefined
  /** Never further than this, whatever the values are: accuracy ends at 1. */
  readonly least?: number | undefined
  readonly most?: number | undefined
  readonly format?: ((value: number) => string) | undefined
  /** About so many ticks. */
  readonly ticks?: number | undefined
  /** Ends at the values instead of at round numbers. */
  readonly tight?: boolean | undefined
}

/** Losses that fall by so much are read on a logarithmic axis. */
const WIDE = 50

/** What is smaller is 0. */
const SMALLEST = 1e-12

export function isWide(values: readonly number[]): boolean {
  const { low, high } = rangeOf(values)
  return values.length > 0 && low > 0 && high / low > WIDE
}

export function axis(settings: AxisSettings): Axis {
  const { from, to, format = figure } = settings
  const { low, high, marks, scale } = settings.logarithmic ? logarithmic(settings) : linear(settings)
  const place = (value: number) => from + ((to - from) * (scale(value) - scale(low))) / (scale(high) - scale(low))
  return { place, ticks: marks.map((mark) => ({ at: place(mark), label: format(mark) })) }
}

interface Range {
  readonly low: number
  readonly high: number
  /** Where the ticks are. */
  readonly marks: readonly number[]
  scale(value: number): number
}

function linear({ values, least, most, ticks = 5, tight }: AxisSettings): Range {
  let { low, high } = rangeOf(values)
  const size = Math.max(Math.abs(low), Math.abs(high), SMALLEST)
  if (high - low <= 1e-9 * size) {
    // One value alone: as much room as makes round ticks.
    const room = size === SMALLEST ? 0.5 : size / 2
    low -= room
    high += room
  }
  const step = roundStep((high - low) / ticks)
  if (!tight) {
    low = Math.floor(low / step + 1e-9) * step
    high = Math.ceil(high / step - 1e-9) * step
  }
  low = Math.max(low, least ?? low)
  high = Math.min(high, most ?? high)
  if (high <= low) high = low + step
  const marks: number[] = []
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++)
    marks.push(Number((i * step).toPrecision(12)))
  return { low, high, marks, scale: (value) => value }
}

function logarithmic({ values }: AxisSettings): Range {
  const { low, high } = rangeOf(values)
  const decades = Math.log10(high / low)
  const digits = decades > 4 ? [1] : decades > 2 ? [1, 3] : [1, 2, 5]
  const marks: number[] = []
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
    for (const digit of digits) marks.push(Number(`${digit}e${power}`))
  return {
    low,
    high,
    marks: marks.filter((mark) => mark >= low && mark <= high),
    scale: Math.log10,
  }
}

/** A place on a drawing, to a tenth of its unit. */
export function rounded(place: number): number {
  return Math.round(place * 10) / 10
}

/** The pieces of a line that is interrupted where there is no y. */
export function withoutGaps<P extends { y: number | undefined }>(points: readonly P[]): P[][] {
  const pieces: P[][] = [[]]
  for (const point of points) {
    if (point.y === undefined) pieces.push([])
    else pieces.at(-1)?.push(point)
  }
  return pieces.filter((piece) => piece.length > 0)
}

/** 1, 2 or 5 times a power of ten: the one that is nearest to `rough` as a factor. */
function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  const factor = rough / power
  return (factor < 1.41 ? 1 : factor < 3.16 ? 2 : factor < 7.07 ? 5 : 10) * power
}

/** Without spreading into arguments, which thousands of values overflow. */
function rangeOf(values: readonly number[]): { low: number; high: number } {
  if (values.length === 0) return { low: 0, high: 1 }
  return values.reduce(({ low, high }, value) => ({ low: Math.min(low, value), high: Math.max(high, value) }), {
    low: Number.POSITIVE_INFINITY,
    high: Number.NEGATIVE_INFINITY,
  })
}
