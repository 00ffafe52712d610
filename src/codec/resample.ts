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

function coverage(source: number, target: number): Coverage {
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
  const rows = height === image.height ? Float32Array.from(image.data) : resampleRows(image, height)
  const data = width === image.width ? rows : resampleColumns(rows, height, image.width, width, channels)
  return { width, height, channels, data }
}

/** [height, width * channels] -> [target, width * channels], a whole row at a time, in the order of memory. */
function resampleRows({ data, width, height, channels }: Samples, target: number): Float32Array {
  const { first, count, weights, widest } = coverage(height, target)
  const length = width * channels
  const to = new Float32Array(target * length)
  const sums = new Float64Array(length)
  for (let i = 0; i < target; i++) {
    const rows = count[i] ?? 0
    let at = (first[i] ?? 0) * length
    for (let j = 0; j < rows; j++) {
      const weight = weights[i * widest + j] ?? 0
      if (j === 0) for (let c = 0; c < length; c++, at++) sums[c] = weight * (data[at] ?? 0)
      else for (let c = 0; c < length; c++, at++) sums[c] = (sums[c] ?? 0) + weight * (data[at] ?? 0)
    }
    to.set(sums, i * length)
  }
  return to
}

/** [height, width, channels] -> [height, target, channels] */
function resampleColumns(
  from: Float32Array,
  height: number,
  width: number,
  target: number,
  channels: number,
): Float32Array {
  const { first, count, weights, widest } = coverage(width, target)
  const to = new Float32Array(height * target * channels)
  for (let i = 0; i < target; i++) {
    const terms = count[i] ?? 0
    const start = (first[i] ?? 0) * channels
    for (let y = 0; y < height; y++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0
        let at = y * width * channels + start + c
        for (let j = 0; j < terms; j++, at += channels) sum += (weights[i * widest + j] ?? 0) * (from[at] ?? 0)
        to[(y * target + i) * channels + c] = sum
      }
    }
  }
  return to
}
