/** Drawings as another kind of data. */
import { describe, expect, test } from 'vitest'
import { at } from '../../../src/program/program.js'
import type { ExampleClass } from '../../../src/training/data/example-class.js'
import { type Look, looks, withLook } from '../../../src/training/data/looks.js'
import { TrainingError } from '../../../src/training/training-error.js'

const SIDE = 15
const spec = { kind: 'image', height: SIDE, width: SIDE, channels: 1, polarity: 'ink' } as const

/** A vertical line through the middle. */
const line = Float32Array.from({ length: SIDE * SIDE }, (_, i) => Number(i % SIDE === 7))
const drawings: ExampleClass = { name: 'line', count: 20, read: async () => line }

async function seen(look: Look, index = 0): Promise<Float32Array> {
  return at(withLook([drawings], look, spec), 0).read(index)
}

/** Ink in a row, or down the diagonal. */
const row = (image: Float32Array, y: number): number[] => [...image.subarray(y * SIDE, (y + 1) * SIDE)]
const diagonal = (image: Float32Array, step: 1 | -1): number =>
  row(image, 7).reduce((sum, _, i) => sum + at(image, i * SIDE + (step > 0 ? i : SIDE - 1 - i)), 0)

describe('a drawing', () => {
  test('may be thick', async () => {
    const ink = row(await seen('thick'), 7)
    expect([ink[7], ink[6], ink[8], ink[5], ink[3]]).toEqual([1, 1, 1, 0.5, 0])
  })

  test('may be inverted', async () => {
    expect(await seen('inverted')).toEqual(line.map((ink) => 1 - ink))
  })

  test('may be turned by 45 degrees, clockwise', async () => {
    const image = await seen('turned')
    // What stood upright leans to the right.
    expect(diagonal(image, -1)).toBeGreaterThan(6)
    expect(diagonal(image, 1)).toBeLessThan(2)
  })

  test('may be broken, otherwise in every image, and never wholly gone', async () => {
    const images = await Promise.all(Array.from({ length: 20 }, (_, index) => seen('broken', index)))
    const inks = images.map((image) => image.reduce((a, b) => a + b))
    expect(new Set(images.map((image) => image.join())).size).toBeGreaterThan(15)
    // A third of it, but where the gaps lie along the line.
    const mean = inks.reduce((a, b) => a + b) / inks.length
    expect(mean / SIDE).toBeGreaterThan(0.5)
    expect(mean / SIDE).toBeLessThan(0.85)
    for (const image of images) expect(image.every((ink, i) => ink === 0 || ink === line[i])).toBe(true)
  })
})

test('without a look it is as it is', async () => {
  expect(withLook([drawings], undefined, spec)).toEqual([drawings])
})

test.each(looks)('%s is for drawings alone', (look) => {
  expect(() => withLook([drawings], look, { ...spec, polarity: 'asis' })).toThrow(TrainingError)
})
