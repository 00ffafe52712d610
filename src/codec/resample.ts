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

/** Sizes are in pixels; enlarging repeats pixels. Time is one pass over the source. */
export function resample(image: Samples, width: number, height: number): Samples {
  if (image.width === width && image.height === height) return image
  const { channels } = image
  const columns = resampleAxis(image.data, 1, image.height, height, image.width * channels)
  const data = resampleAxis(columns, height, image.width, width, channels)
  return { width, height, channels, data }
}

/** [outer, source, inner] -> [outer, target, inner] */
function resampleAxis(from: Float32Array, outer: number, source: number, target: number, inner: number): Float32Array {
  if (source === target) return from
  const { first, count, weights, widest } = coverage(source, target)
  const to = new Float32Array(outer * target * inner)
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < target; i++) {
      const at = (o * target + i) * inner
      const terms = count[i] ?? 0
      const start = (o * source + (first[i] ?? 0)) * inner
      for (let c = 0; c < inner; c++) {
        let sum = 0
        for (let j = 0; j < terms; j++) sum += (weights[i * widest + j] ?? 0) * (from[start + j * inner + c] ?? 0)
        to[at + c] = sum
      }
    }
  }
  return to
}
