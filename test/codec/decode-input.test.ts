import { expect, test } from 'vitest'
import { decodeInput } from '../../src/codec/decode-input.js'
import { bar, drawing, greyPng } from './images.js'

const png = Buffer.from(greyPng(bar(16, 16), 16, 16)).toString('base64')
const numbers = { kind: 'values', length: 2 } as const

test('base64 and a data URL of it are the same image', async () => {
  const plain = await decodeInput({ image: png }, drawing, 1e6)
  expect(await decodeInput({ image: `data:image/png;base64,${png}` }, drawing, 1e6)).toEqual(plain)
})

test.each(['$$$$', 'abc', 'a===', `${png}\n`, 'data:image/png,abcd'])('%j is not base64', async (image) => {
  await expect(decodeInput({ image }, drawing, 1e6)).rejects.toThrow('This is not base64')
})

test('values are taken as they are', async () => {
  expect(await decodeInput({ values: [1, -2.5] }, numbers, 1e6)).toEqual(Float32Array.of(1, -2.5))
})

test('a model of images takes sampled pixels too', async () => {
  expect(await decodeInput({ values: new Array(64).fill(0.5) }, drawing, 1e6)).toHaveLength(64)
})

test('too few values', async () => {
  await expect(decodeInput({ values: [1] }, numbers, 1e6)).rejects.toThrow(
    'There are 1 values here; the model takes 2.',
  )
})

test('values that 32 bits cannot hold', async () => {
  await expect(decodeInput({ values: [1, 1e300] }, numbers, 1e6)).rejects.toThrow('The value at position 1')
})

test('an image for a model of values', async () => {
  await expect(decodeInput({ image: png }, numbers, 1e6)).rejects.toThrow('This model takes values; send 2')
})
