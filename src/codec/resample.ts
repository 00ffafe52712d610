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
  const length = image.width * channels
  const data = new Float32Array(height * width * channels)
  const row = new Float32Array(length)
  for (let y = 0; y < height; y++) {
    averageRows(image.data, length, rows, y, row)
    averageColumns(row, channels, columns, width, data, y * width * channels)
  }
  return { width, height, channels, data }
}

/** The source rows that target row `y` covers, as one row. */
function averageRows(
  data: Samples['data'],
  length: number,
  { first, count, weights, widest }: Coverage,
  y: number,
  row: Float32Array,
): void {
  const start = (first[y] ?? 0) * length
  const terms = count[y] ?? 0
  const weight = y * widest
  for (let c = 0; c < length; c++) {
    let sum = 0
    for (let j = 0, at = start + c; j < terms; j++, at += length) sum += (weights[weight + j] ?? 0) * (data[at] ?? 0)
    row[c] = sum
  }
}

/** One row [width, channels] to `target` pixels of `data`, from `to` on. */
function averageColumns(
  row: Float32Array,
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
