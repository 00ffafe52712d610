import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { encode, type ImageData } from 'fast-png'
import { describe, expect, test } from 'vitest'
import { decodeAnyImage } from '../../src/codec/any-image.js'
import { PixelBudget } from '../../src/codec/pixel-budget.js'
import { type ImageSpec, pixelsToInput } from '../../src/codec/pixels-to-input.js'
import { readPngLayout } from '../../src/codec/png-layout.js'
import { decodeSmallPng, smallPng } from '../../src/codec/small-png.js'
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

/** Undefined: left to sharp. */
const fast = (bytes: Uint8Array) => {
  const png = smallPng(bytes)
  return png && decodeSmallPng(png)
}

async function expectSharpsPixels(bytes: Uint8Array): Promise<void> {
  const pixels = fast(bytes)
  if (!pixels) throw new Error('left to sharp')
  const slow = await decodeAnyImage(bytes, grey, new PixelBudget(1e6, 1e6))
  for (const spec of [grey, colour]) {
    const expected = pixelsToInput(slow, spec)
    const difference = pixelsToInput(pixels, spec).map((level, i) => Math.abs(level - (expected[i] ?? 0)))
    expect(Math.max(...difference)).toBeLessThan(1e-6)
  }
}

describe('the fast path gives the same pixels as sharp', () => {
  test.each(files)('%s', (_name, image) => expectSharpsPixels(encode(image)))

  test.each([1, 3, 4] as const)('with filtered rows, %i channels', async (channels) => {
    const smooth = fill(width, height, channels, (x, y, c) => x * 5 + y * 3 + c * 40)
    const file = await through(smooth, width, height, channels).png({ adaptiveFiltering: true }).toBuffer()
    await expectSharpsPixels(file)
  })

  test('any size of black and white', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(1, 2, 4, 8),
        fc.integer({ min: 1, max: 255 }),
        (wide, high, depth, seed) => {
          const data = fill(Math.ceil((wide * depth) / 8), high, 1, (x, y) => ((x + 1) * (y + 3) * seed) % 256)
          return expectSharpsPixels(
            encode({ width: wide, height: high, channels: 1, depth: depth as 1 | 2 | 4 | 8, data }),
          )
        },
      ),
      { seed: 1, numRuns: 60 },
    )
  })
})

describe('what is left to sharp', () => {
  const plain = through(levels(3), width, height, 3)

  test('interlaced', async () => expect(fast(await plain.png({ progressive: true }).toBuffer())).toBe(undefined))

  test('with a colour profile', async () =>
    expect(fast(await plain.png().withIccProfile('p3').toBuffer())).toBe(undefined))

  test('with an orientation', async () =>
    expect(
      fast(
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
    expect(fast(await large.png().toBuffer())).toBe(undefined)
  })

  test('a file in very many pieces costs no more than its first 64', () => {
    const file = encode({ width, height, channels: 1, data: levels(1) })
    const pieces = [file.subarray(0, 33), ...new Array(10_000).fill(chunk('tEXt', 'a')), file.subarray(33)]
    expect(readPngLayout(Buffer.concat(pieces))).toBe(undefined)
    expect(readPngLayout(Buffer.concat([pieces[0], ...pieces.slice(9_990)]))?.chunks).toHaveLength(14)
  })

  test('a chunk that is not as it was written', () => {
    const file = Buffer.from(encode({ width, height, channels: 1, data: levels(1), text: { Title: 'a drawing' } }))
    expect(fast(file)).toBeDefined()
    const at = file.indexOf('a drawing')
    file.write('b', at, 'latin1')
    expect(fast(file)).toBe(undefined)
  })
})

function chunk(name: string, text: string): Buffer {
  const body = Buffer.from(`${name}${text}`, 'latin1')
  const whole = Buffer.alloc(body.length + 8)
  whole.writeUInt32BE(text.length, 0)
  body.copy(whole, 4)
  whole.writeUInt32BE(crc32(body), body.length + 4)
  return whole
}
