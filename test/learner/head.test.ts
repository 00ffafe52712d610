/** The heads that an adaptation starts from, with numbers worked out by hand. */
import { describe, expect, test } from 'vitest'
import { headFromPrototypes, headFromVector } from '../../src/learner/head.js'
import { expectClose } from './closeness.js'

const vectors = (...rows: number[][]): Float32Array[] => rows.map((row) => Float32Array.from(row))
const UNUSED = Math.fround(-1e30)

describe('a head from prototypes', () => {
  test('points from the middle of the prototypes to each of them', () => {
    // Prototypes (4, 1) and (0, -3), their middle (2, -1); c - m is (2, 2) and (-2, -2), of length sqrt(8).
    const head = headFromPrototypes(vectors([3, 0], [0, -3], [5, 2]), [0, 1, 0], 2, 2, 0.5)
    const w = 0.5 / Math.SQRT2
    expectClose(head, [w, w, -w, -w, -w * 2 + w, w * 2 - w], 1e-6)
  })

  test('gives the middle of the prototypes the same logit, 0, for every class', () => {
    const features = vectors([1, 2, 0], [0, 1, 4], [-1, 0, 2])
    const head = headFromPrototypes(features, [0, 1, 2], 3, 3, 0.3)
    const middle = [0, 1, 2]
    const logits = [0, 1, 2].map((row) =>
      middle.reduce((sum, value, i) => sum + value * (head[row * 3 + i] ?? 0), head[9 + row] ?? 0),
    )
    expectClose(logits, [0, 0, 0], 1e-6)
  })

  test('has rows of the length that the scale says', () => {
    const head = headFromPrototypes(vectors([1, 2, 0], [0, 1, 4], [-1, 0, 2]), [0, 1, 2], 3, 3, 0.3)
    const lengths = [0, 1, 2].map((row) => Math.hypot(...head.subarray(row * 3, row * 3 + 3)))
    expectClose(lengths, [0.3, 0.3, 0.3], 1e-6)
  })

  test('leaves the rows behind its classes unused', () => {
    const head = headFromPrototypes(vectors([1], [3]), [0, 1], 2, 4, 1)
    expect([...head]).toEqual([-1, 1, 0, 0, 2, -2, UNUSED, UNUSED])
  })

  test('starts at zero for a class in the middle of the others', () => {
    const head = headFromPrototypes(vectors([0], [4], [2]), [0, 1, 2], 3, 3, 1)
    // Adding 0 makes a 0 of -0.
    expect([...head].map((value) => value + 0)).toEqual([-1, 1, 0, 2, -2, 0])
  })

  test('starts at zero where all prototypes are the same', () => {
    const feature = [0.1, 0.7, 0.3]
    const head = headFromPrototypes(vectors(...Array(6).fill(feature)), [0, 1, 2, 3, 4, 5], 6, 6, 0.3)
    expectClose(head, new Float32Array(24), 1e-6)
  })
})

describe('a head from one vector', () => {
  test('repeats it for each class', () => {
    expect([...headFromVector(Float32Array.of(1, 2, 9), 2, 2)]).toEqual([1, 2, 1, 2, 9, 9])
  })

  test('leaves the rows behind its classes unused', () => {
    expect([...headFromVector(Float32Array.of(1, 9), 2, 3)]).toEqual([1, 1, 0, 9, 9, UNUSED])
  })
})
