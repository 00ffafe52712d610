import { crc32, deflateSync } from 'node:zlib'
import { encode } from 'fast-png'
import { describe, expect, test } from 'vitest'
import { decodeImage } from '../../src/codec/decode-image.js'
import { decodeSmallPng, smallPng } from '../../src/codec/small-png.js'
import { bar, drawing, fill, greyPng, through } from './images.js'

const decode = (bytes: Uint8Array) => decodeImage(bytes, drawing, 1_000_000)
const noise = fill(64, 64, 1, (x, y) => (x * 7919 + y * 104729) % 251)

describe('not an image', () => {
  test.each([
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'],
    ['XML', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['PDF', '%PDF-1.7'],
    ['text', 'hello'],
    ['nothing', ''],
  ])('%s', async (_name, text) => {
    await expect(decode(Buffer.from(text))).rejects.toThrow('This is not an image in PNG')
  })
})

describe('damaged', () => {
  test.each([0.1, 0.3, 0.6, 0.9])('a small PNG cut at %f of its length', async (part) => {
    const whole = greyPng(noise, 64, 64)
    await expect(decode(whole.subarray(0, Math.floor(whole.length * part)))).rejects.toThrow('damaged or cut short')
  })

  test.each(['png', 'jpeg', 'webp', 'gif', 'tiff', 'avif'] as const)(
    'a %s of which half is missing',
    async (format) => {
      const grain = fill(300, 300, 1, (x, y) => (x * 7919 + y * 104729) % 251)
      const whole = await through(grain, 300, 300, 1).toFormat(format).toBuffer()
      await expect(decode(whole.subarray(0, whole.length >> 1))).rejects.toThrow('damaged or cut short')
    },
  )

  test.each([
    ['more rows', 80, 0],
    ['wider rows', 0, 80],
  ])('a JPEG whose header was made to promise %s than it has', async (_name, rows, columns) => {
    const grain = fill(200, 160, 3, (x, y) => (x * 7919 + y * 104729) % 251)
    const whole = await through(grain, 200, 160, 3).jpeg().toBuffer()
    const at = whole.indexOf(Buffer.from([0xff, 0xc0]))
    whole.writeUInt16BE(160 + rows, at + 5)
    whole.writeUInt16BE(200 + columns, at + 7)
    await expect(decode(whole)).rejects.toThrow('damaged or cut short')
  })

  test('a JPEG with something behind its end is whole', async () => {
    const whole = await through(bar(64, 64), 64, 64, 1).jpeg().toBuffer()
    expect(await decode(Buffer.concat([whole, Buffer.alloc(500)]))).toEqual(await decode(whole))
  })

  test('a flipped bit in the pixels', async () => {
    const whole = Uint8Array.from(greyPng(noise, 64, 64))
    whole[whole.length >> 1] = (whole[whole.length >> 1] ?? 0) ^ 4
    await expect(decode(whole)).rejects.toThrow('damaged or cut short')
  })
})

describe('bombs', () => {
  test('a PNG that says it is huge is refused by its header', async () => {
    const small = Buffer.from(greyPng(bar(8, 8), 8, 8))
    small.writeUInt32BE(100_000, 16)
    small.writeUInt32BE(100_000, 20)
    await expect(decode(small)).rejects.toThrow('more than 1000000 pixels')
  })

  test('other formats are refused by their header too', async () => {
    const bytes = await through(bar(1200, 900), 1200, 900, 1).webp().toBuffer()
    await expect(decode(bytes)).rejects.toThrow('more than 1000000 pixels')
  })

  test('a PNG that says it is small but unpacks to 50 MB never reaches the decoder that has no limit', () => {
    const bomb = withPixels(encode({ width: 8, height: 8, channels: 1, data: bar(8, 8) }), Buffer.alloc(5e7))
    const png = smallPng(bomb)
    expect(png?.intact).toBe(true)
    expect(png && decodeSmallPng(png)).toBe(undefined)
  })
})

/** The same file with other compressed pixels. */
function withPixels(png: Uint8Array, unpacked: Uint8Array): Uint8Array {
  const body = deflateSync(unpacked)
  const idat = Buffer.alloc(12 + body.length)
  idat.writeUInt32BE(body.length, 0)
  idat.write('IDAT', 4, 'latin1')
  body.copy(idat, 8)
  idat.writeUInt32BE(crc32(idat.subarray(4, 8 + body.length)), 8 + body.length)
  return Buffer.concat([png.subarray(0, 33), idat, png.subarray(png.length - 12)])
}
