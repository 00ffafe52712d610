/** Where the head of a classifier starts: one row of weights and a bias for each class, made from the task at hand. */
import { at } from '../program/program.js'

/** The bias of a class that the task does not have: its probability is 0, and so is every gradient of its row. */
const UNUSED = -1e30

/** Rows [width, F], then biases [width], flat. */
export type Head = Float32Array

/**
 * Rows from class prototypes: W_i = scale * (c_i - m) / |c_i - m|, b_i = -W_i m, with c_i the mean feature of class i and m
 * the mean of the c_i. A class whose prototype is the mean itself (but for rounding) starts at zero.
 */
export function headFromPrototypes(
  features: readonly Float32Array[],
  classOf: readonly number[],
  classes: number,
  width: number,
  scale: number,
): Head {
  const size = at(features, 0).length
  const prototypes = classMeans(features, classOf, classes)
  const middle = meanOf(prototypes)
  const rounding = 1e-6 * Math.hypot(...middle)
  const head = emptyHead(width, size)
  prototypes.forEach((prototype, row) => {
    const direction = prototype.map((value, i) => value - at(middle, i))
    const length = Math.hypot(...direction)
    const weights = direction.map((value) => (length > rounding ? (scale * value) / length : 0))
    head.set(weights, row * size)
    head[width * size + row] = -weights.reduce((sum, weight, i) => sum + weight * at(middle, i), 0)
  })
  return head
}

/** Every row is the one meta-learned vector [F + 1]: weights, then bias (learns much faster than a row of its own for each output). */
export function headFromVector(vector: Float32Array, classes: number, width: number): Head {
  const size = vector.length - 1
  const head = emptyHead(width, size)
  for (let row = 0; row < classes; row++) {
    head.set(vector.subarray(0, size), row * size)
    head[width * size + row] = at(vector, size)
  }
  return head
}

/** No class yet: every row is unused. */
export function emptyHead(width: number, size: number): Head {
  return new Float32Array(width * (size + 1)).fill(UNUSED, width * size)
}

/** The prototypes: the mean feature of each class. */
export function classMeans(
  features: readonly Float32Array[],
  classOf: readonly number[],
  classes: number,
): Float64Array[] {
  return Array.from({ length: classes }, (_, label) =>
    meanOf(features.filter((_, example) => classOf[example] === label)),
  )
}

function meanOf(vectors: readonly ArrayLike<number>[]): Float64Array {
  const mean = new Float64Array(at(vectors, 0).length)
  for (const vector of vectors)
    for (let i = 0; i < mean.length; i++) mean[i] = at(mean, i) + at(vector, i) / vectors.length
  return mean
}
