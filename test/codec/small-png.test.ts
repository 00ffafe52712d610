import { encode, type ImageData } from 'fast-png'
import { describe, expect, test } from 'vitest'
import { decodeAnyImage } from '../../src/codec/any-image.js'
import { type ImageSpec, pixelsToInput } from '../../src/codec/decode-image.js'
import { decodeSmallPng } from '../../src/codec/small-png.js'
import { fill, through } from './images.js'

const grey: ImageSpec = { kind: 'image', height: 9, width: 9, channels: 1, polarity: 'asis' }
const colour: ImageSpec = { ...grey, channels: 3 }

const width = 21
const height = 13
const levels = (channels: number) => fill(width, height, channels, (x, y, c) => (x * 37 + y * 91 + c * 53) % 256)
/** Packed rows: any bytes are pixels. */
const packed = (depth: number) => fill(Math.ceil((width * depth) / 8), height, 1, (x, y) => (x * 61 + y * 29) % 256)
const wide = (channels: number) => Uint16Array.from(levels(channels), (level, i) => level * 256 + ((i * 77) % 256))
const colours = Array.from({ length: 256 }, (_, i) => [i, (i * 3) % 256, 255 - i])
const translucent = colours.map((rgb, i) => [...rgb, i % 256])

const files: ReadonlyArray<[string, ImageData]> = [
  ['grey, 1 bit', { width, height, channels: 1, depth: 1, data: packed(1) }],
  ['grey, 2 bit', { width, height, channels: 1, depth: 2, data: packed(2) }],
  ['grey, 4 bit', { width, height, channels: 1, depth: 4, data: packed(4) }],
  ['grey, 8 bit', { width, height, channels: 1, depth: 8, data: levels(1) }],
  ['grey, 16 bit', { width, height, channels: 1, depth: 16, data: wide(1) }],
  ['grey with alpha', { width, height, channels: 2, depth: 8, data: levels(2) }],
  ['RGB', { width, height, channels: 3, depth: 8, data: levels(3) }],
  ['RGB, 16 bit', { width, height, channels: 3, depth: 16, data: wide(3) }],
  ['RGBA', { width, height, channels: 4, depth: 8, data: levels(4) }],
  ['RGBA, 16 bit', { width, height, channels: 4, depth: 16, data: wide(4) }],
  ['palette, 1 bit', { width, height, channels: 1, depth: 1, data: packed(1), palette: colours.slice(0, 2) }],
  ['palette, 4 bit', { width, height, channels: 1, depth: 4, data: packed(4), palette: colours.slice(0, 16) }],
  ['palette, 8 bit', { width, height, channels: 1, depth: 8, data: levels(1), palette: colours }],
  ['palette with alpha', { width, height, channels: 1, depth: 8, data: levels(1), palette: translucent }],
]

describe('the fast path gives the same pixels as sharp', () => {
  test.each(files)('%s', async (_name, image) => {
    const bytes = encode(image)
    const fast = decodeSmallPng(bytes)
    if (!fast) throw new Error('left to sharp')
    const slow = await decodeAnyImage(bytes, 1e6)
    for (const spec of [grey, colour]) {
      const expected = pixelsToInput(slow, spec)
      const difference = pixelsToInput(fast, spec).map((level, i) => Math.abs(level - (expected[i] ?? 0)))
      expect(Math.max(...difference)).toBeLessThan(1e-6)
    }
  })
})

describe('what is left to sharp', () => {
  const plain = through(levels(3), width, height, 3)

  test('interlaced', async () =>
    expect(decodeSmallPng(await plain.png({ progressive: true }).toBuffer())).toBe(undefined))

  test('with a colour profile', async () =>
    expect(decodeSmallPng(await plain.png().withIccProfile('p3').toBuffer())).toBe(undefined))

  test('with an orientation', async () =>
    expect(
      decodeSmallPng(
        await plain
          .png()
          .withExif({ IFD0: { Orientation: '6' } })
          .toBuffer(),
      ),
    ).toBe(undefined))

  test('large', async () => {
    const large = through(
      fill(300, 300, 1, (x) => x % 256),
      300,
      300,
      1,
    )
    expect(decodeSmallPng(await large.png().toBuffer())).toBe(undefined)
  })
})
