import sharp, { type Sharp } from 'sharp'
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

  test.each([
    ['large', 2400, 1800],
    ['just too large for the model', 68, 51],
    ['as large as is left alone', 64, 48],
  ])('%s: the answer is the same at any size', async (_name, width, height) => {
    const small = await decodeImage(greyPng(bar(40, 40 * (height / width)), 40, 40 * (height / width)), drawing, limit)
    const bytes = await through(bar(width, height), width, height, 1).png().toBuffer()
    const pixels = await decodeImage(bytes, drawing, 5_000_000)
    expect(Math.max(...pixels.map((level, i) => Math.abs(level - (small[i] ?? 0))))).toBeLessThan(0.1)
  })

  const picture = fill(60, 40, 3, (x, y, c) => (x < 20 ? 30 : 200) + (y < 10 ? 20 : 0) - c * 10)
  const expected = async () => decodeImage(await through(picture, 60, 40, 3).png().toBuffer(), photo, limit)
  const difference = async (bytes: Uint8Array, spec = photo) => {
    const reference = spec === photo ? await expected() : await decodeImage(await greyFile(), spec, limit)
    const pixels = await decodeImage(bytes, spec, limit)
    return Math.max(...pixels.map((level, i) => Math.abs(level - (reference[i] ?? 0))))
  }
  const greyFile = () => through(picture, 60, 40, 3).greyscale().toColourspace('b-w').png().toBuffer()
  const flatGrey = { ...photo, channels: 1 } as const

  test('16 bits a sample', async () => {
    expect(await difference(await through(picture, 60, 40, 3).toColourspace('rgb16').png().toBuffer())).toBeLessThan(
      0.01,
    )
  })

  test('a palette', async () => {
    expect(await difference(await through(picture, 60, 40, 3).png({ palette: true }).toBuffer())).toBeLessThan(0.05)
  })

  test('CMYK', async () => {
    const bytes = await through(picture, 60, 40, 3).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer()
    expect((await sharp(bytes).metadata()).space).toBe('cmyk')
    expect(await difference(bytes)).toBeLessThan(0.12)
  })

  test('grey, and grey with alpha', async () => {
    expect(await difference(await greyFile(), flatGrey)).toBe(0)
    const grey = fill(60, 40, 2, (x, y, c) => (c === 1 ? 255 : (picture[(y * 60 + x) * 3] ?? 0)))
    const opaque = fill(60, 40, 1, (x, y) => picture[(y * 60 + x) * 3] ?? 0)
    const [one, two] = await Promise.all([
      decodeImage(await through(grey, 60, 40, 2).png().toBuffer(), flatGrey, limit),
      decodeImage(greyPng(opaque, 60, 40), flatGrey, limit),
    ])
    expect(Math.max(...one.map((level, i) => Math.abs(level - (two[i] ?? 0))))).toBeLessThan(1e-6)
  })

  test.each(['gif', 'webp'] as const)('of an animated %s the first frame', async (format) => {
    const frames = await Promise.all(
      [bar(32, 32), bar(32, 32, 255, 0)].map((frame) => through(frame, 32, 32, 1).png().toBuffer()),
    )
    const bytes = await sharp(frames, { join: { animated: true } })
      .toFormat(format, { lossless: true })
      .toBuffer()
    expect((await sharp(bytes).metadata()).pages).toBe(2)
    const pixels = await decodeImage(bytes, { ...drawing, polarity: 'asis' }, limit)
    const first = await decodeImage(greyPng(bar(32, 32), 32, 32), { ...drawing, polarity: 'asis' }, limit)
    expect(Math.max(...pixels.map((level, i) => Math.abs(level - (first[i] ?? 0))))).toBeLessThan(0.02)
  })

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('EXIF orientation %i', async (orientation) => {
    const upright = fill(64, 64, 3, (x, y) => (x < 32 && y < 16 ? 250 : 10))
    const lying = through(upright, 64, 64, 3)
    // What a camera stores when it is held so: the inverse of what the orientation asks a viewer to do.
    const stored = await sharp(await turnedBy(lying, orientation), { raw: { width: 64, height: 64, channels: 3 } })
      .jpeg({ quality: 100 })
      .withMetadata({ orientation })
      .toBuffer()
    const pixels = await decodeImage(stored, photo, limit)
    const reference = await decodeImage(await through(upright, 64, 64, 3).png().toBuffer(), photo, limit)
    expect(Math.max(...pixels.map((level, i) => Math.abs(level - (reference[i] ?? 0))))).toBeLessThan(0.05)
  })

  test.each(['png', 'jpeg', 'webp', 'gif', 'tiff', 'avif'] as const)(
    'dark on light and light on dark are the same in %s',
    async (format) => {
      const [dark, light] = await Promise.all(
        [bar(64, 64), bar(64, 64, 255, 0)].map(async (drawn) =>
          decodeImage(await through(drawn, 64, 64, 1).toFormat(format).toBuffer(), drawing, limit),
        ),
      )
      expect(Math.max(...(dark ?? []).map((level, i) => Math.abs(level - (light?.[i] ?? 0))))).toBeLessThan(0.03)
    },
  )
})

/** Raw pixels; sharp flops before it turns. */
function turnedBy(image: Sharp, orientation: number): Promise<Buffer> {
  switch (orientation) {
    case 2:
      return image.flop().raw().toBuffer()
    case 3:
      return image.rotate(180).raw().toBuffer()
    case 4:
      return image.flip().raw().toBuffer()
    case 5:
      return image.rotate(270).flop().raw().toBuffer()
    case 6:
      return image.rotate(270).raw().toBuffer()
    case 7:
      return image.rotate(90).flop().raw().toBuffer()
    case 8:
      return image.rotate(90).raw().toBuffer()
    default:
      return image.raw().toBuffer()
  }
}
