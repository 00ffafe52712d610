/** Area averaging: every target pixel is the mean of the source area it covers, parts of source pixels included. */
import type { Samples } from './pixels.js'

/** The source positions that each target position covers along one axis, and what part of it each makes up. */
interface Coverage {
  readonly first: Int32Array
  readonly count: Int32Array
  /** [target, widest] */
  readonly weights: Float32Array
  readonly widest: number
}

/** Most clients send images of one size. */
const mostKnown = 64
const known = new Map<string, Coverage>()

function coverageOf(source: number, target: number): Coverage {
  const key = `${source} ${target}`
  const found = known.get(key)
  if (found) return found
  if (known.size >= mostKnown) known.clear()
  const made = cover(source, target)
  known.set(key, made)
  return made
}

function cover(source: number, target: number): Coverage {
  const step = source / target
  const widest = Math.ceil(step) + 1
  const first = new Int32Array(target)
  const count = new Int32Array(target)
  const weights = new Float32Array(target * widest)
  for (let i = 0; i < target; i++) {
    const from = (i * source) / target
    const to = ((i + 1) * source) / target
    const start = Math.floor(from)
    const end = Math.min(source, Math.ceil(to))
    first[i] = start
    count[i] = end - start
    for (let j = start; j < end; j++) {
      weights[i * widest + j - start] = (Math.min(to, j + 1) - Math.max(from, j)) / step
    }
  }
  return { first, count, weights, widest }
}

export interface Resampled extends Samples {
  readonly data: Float32Array
}

/** Sizes are in pixels; enlarging repeats pixels. Time is one pass over the source. */
export function resample(image: Samples, width: number, height: number): Resampled {
  const { channels } = image
  if (image.width === width && image.height === height) {
    return { width, height, channels, data: Float32Array.from(image.data) }
  }
  const rows = coverageOf(image.height, height)
  const columns = coverageOf(image.width, width)
  const data = new Float32Array(height * width * channels)
  const row = new Float64Array(image.width * channels)
  for (let y = 0; y < height; y++) {
    averageRows(image.data, rows, y, row)
    averageColumns(row, channels, columns, width, data, y * width * channels)
  }
  return { width, height, channels, data }
}

/** Source rows that are added up at a time: with their weights at hand, that is twice as fast as one by one. */
const rowsAtOnce = 5

/** The source rows that target row `y` covers, as one row. */
function averageRows(
  data: Samples['data'],
  { first, count, weights, widest }: Coverage,
  y: number,
  row: Float64Array,
): void {
  const length = row.length
  const start = (first[y] ?? 0) * length
  const terms = count[y] ?? 0
  row.fill(0)
  for (let j = 0; j < terms; j += rowsAtOnce) {
    const weight = (k: number) => (j + k < terms ? (weights[y * widest + j + k] ?? 0) : 0)
    // Where there are no more rows, the last one with a weight of 0.
    const at = (k: number) => start + Math.min(j + k, terms - 1) * length
    const [w0, w1, w2, w3, w4] = [weight(0), weight(1), weight(2), weight(3), weight(4)]
    const [a0, a1, a2, a3, a4] = [at(0), at(1), at(2), at(3), at(4)]
    for (let c = 0; c < length; c++) {
      row[c] =
        (row[c] ?? 0) +
        w0 * (data[a0 + c] ?? 0) +
        w1 * (data[a1 + c] ?? 0) +
        w2 * (data[a2 + c] ?? 0) +
        w3 * (data[a3 + c] ?? 0) +
        w4 * (data[a4 + c] ?? 0)
    }
  }
}

/** One row [width, channels] to `target` pixels of `data`, from `to` on. */
function averageColumns(
  row: Float64Array,
  channels: number,
  { first, count, weights, widest }: Coverage,
  target: number,
  data: Float32Array,
  to: number,
): void {
  for (let x = 0; x < target; x++) {
    const start = (first[x] ?? 0) * channels
    const terms = count[x] ?? 0
    const weight = x * widest
    for (let c = 0; c < channels; c++) {
      let sum = 0
      for (let j = 0, at = start + c; j < terms; j++, at += channels) sum += (weights[weight + j] ?? 0) * (row[at] ?? 0)
      data[to + x * channels + c] = sum
    }
  }
}
