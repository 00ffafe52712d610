import { describe, expect, test } from 'vitest'
import { decodeImage } from '../../src/codec/decode-image.js'
import { bar, drawing, fill, greyPng, photo, through } from './images.js'

const limit = 1_000_000

describe('polarity', () => {
  test('ink: dark on light and light on dark give the same tensor, 1 for ink and 0 for paper', async () => {
    const dark = await decodeImage(greyPng(bar(40, 40), 40, 40), drawing, limit)
    const light = await decodeImage(greyPng(bar(40, 40, 255, 0), 40, 40), drawing, limit)
    expect(light).toEqual(dark)
    expect(dark[3]).toBeCloseTo(0.8)
    expect(dark[0]).toBe(0)
  })

  test('ink: strokes that cross the border do not change what the paper is', async () => {
    const crossed = fill(40, 40, 1, (x, y) => (x < 8 || y === 20 ? 0 : 255))
    const pixels = await decodeImage(greyPng(crossed, 40, 40), drawing, limit)
    expect(pixels[0]).toBe(1)
    expect(pixels[63]).toBe(0)
  })

  test.each([
    ['grey paper', 0, 170],
    ['weak ink', 160, 255],
    ['light ink on grey', 200, 90],
  ])('ink: %s is black on white to the model', async (_name, ink, paper) => {
    const clear = await decodeImage(greyPng(bar(40, 40), 40, 40), drawing, limit)
    const faint = await decodeImage(greyPng(bar(40, 40, paper, ink), 40, 40), drawing, limit)
    faint.forEach((level, i) => {
      expect(level).toBeCloseTo(clear[i] ?? Number.NaN, 5)
    })
  })

  test('ink: a blank sheet stays blank, and so does a dirty one nearly', async () => {
    const dirty = fill(40, 40, 1, (x, y) => (x === 20 && y === 20 ? 246 : 250))
    expect(Math.max(...(await decodeImage(greyPng(dirty, 40, 40), drawing, limit)))).toBeLessThan(0.1)
    expect(
      Math.max(
        ...(await decodeImage(
          greyPng(
            fill(40, 40, 1, () => 90),
            40,
            40,
          ),
          drawing,
          limit,
        )),
      ),
    ).toBe(0)
  })

  test('asis: a pixel is a 255th', async () => {
    const flat = fill(16, 16, 3, (_x, _y, c) => [255, 51, 0][c] ?? 0)
    const pixels = await decodeImage(await through(flat, 16, 16, 3).png().toBuffer(), photo, limit)
    expect([...pixels.slice(0, 3)]).toEqual([1, Math.fround(0.2), 0])
  })
})

describe('shape', () => {
  test('an image that is not square keeps its proportions and is padded with its paper', async () => {
    const wide = fill(40, 20, 1, (_x, y) => (y === 10 ? 200 : 30))
    const pixels = await decodeImage(greyPng(wide, 40, 20), { ...drawing, polarity: 'asis' }, limit)
    const rows = Array.from({ length: 8 }, (_, y) => pixels[y * 8] ?? -1)
    const paper = Math.fround(30 / 255)
    expect(rows.map((level) => level > paper)).toEqual([false, false, false, false, true, false, false, false])
    expect(rows.filter((level) => level === paper)).toHaveLength(7)
  })

  test.each([
    [1, 1],
    [1, 200],
    [3, 2],
    [300, 7],
  ])('%i x %i pixels become a whole input', async (width, height) => {
    const pixels = await decodeImage(greyPng(bar(width, height), width, height), drawing, limit)
    expect(pixels).toHaveLength(64)
    expect(pixels.every((level) => level >= 0 && level <= 1)).toBe(true)
  })

  test('a photograph is turned upright as its EXIF orientation says', async () => {
    const half = fill(64, 64, 3, (_x, y) => (y < 32 ? 255 : 0))
    const turned = await through(half, 64, 64, 3).jpeg({ quality: 100 }).withMetadata({ orientation: 3 }).toBuffer()
    const pixels = await decodeImage(turned, photo, limit)
    expect(pixels[0]).toBeLessThan(0.1)
    expect(pixels[191]).toBeGreaterThan(0.9)
  })

  test('transparent pixels show white paper', async () => {
    const clear = fill(16, 16, 4, (x, _y, c) => (c === 3 ? (x < 8 ? 0 : 255) : 0))
    const pixels = await decodeImage(await through(clear, 16, 16, 4).png().toBuffer(), photo, limit)
    expect(pixels[0]).toBe(1)
    expect(pixels[23]).toBe(0)
  })
})

describe('formats', () => {
  test.each(['png', 'jpeg', 'webp', 'gif', 'tiff', 'avif'] as const)('%s', async (format) => {
    const bytes = await through(bar(64, 64), 64, 64, 1).toFormat(format).toBuffer()
    const pixels = await decodeImage(bytes, drawing, limit)
    expect(pixels[3]).toBeGreaterThan(0.6)
    expect(pixels[0]).toBeLessThan(0.1)
  })

  test('a large image is brought down before it comes to us', async () => {
    const bytes = await through(bar(2400, 1800), 2400, 1800, 1).jpeg().toBuffer()
    const pixels = await decodeImage(bytes, drawing, 5_000_000)
    expect(pixels[3 * 8 + 3]).toBeGreaterThan(0.6)
  })
})
