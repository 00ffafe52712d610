import { crc32, deflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { decodeImage } from '../../src/codec/decode-image.js'
import { stripPng } from '../../src/codec/strip-png.js'
import { bar, drawing, fill, greyPng, through } from './images.js'

const file = greyPng(bar(300, 300), 300, 300)
const bomb = chunk('zTXt', Buffer.concat([Buffer.from('k\0\0'), deflateSync(Buffer.alloc(1e6))]))

function chunk(name: string, content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(name), content])
  const ends = Buffer.alloc(8)
  ends.writeUInt32BE(content.byteLength, 0)
  ends.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)])
}

const withChunks = (chunks: readonly Uint8Array[]) =>
  Buffer.concat([file.subarray(0, 33), ...chunks, file.subarray(33)])

test('a file without texts is itself', () => {
  expect(stripPng(file)).toBe(file)
})

test('texts are taken away, and only they', async () => {
  expect(stripPng(withChunks([bomb, bomb]))).toEqual(Buffer.from(file))
  expect(stripPng(Buffer.concat([file, Buffer.from('behind the end')])).subarray(0, file.length)).toEqual(
    Buffer.from(file),
  )
  expect(await decodeImage(withChunks(new Array(1000).fill(bomb)), drawing, 1e6)).toEqual(
    await decodeImage(file, drawing, 1e6),
  )
})

test('orientation and colour profile stay', async () => {
  const bytes = await through(
    fill(300, 300, 3, (x) => x % 256),
    300,
    300,
    3,
  )
    .png()
    .withIccProfile('p3')
    .withExif({ IFD0: { Orientation: '6' } })
    .toBuffer()
  const names = ['iCCP', 'eXIf']
  for (const name of names) expect(Buffer.from(stripPng(bytes)).includes(name)).toBe(true)
})

test('whatever is cut off stays cut off', () => {
  const text = withChunks([bomb])
  for (const length of [0, 7, 20, 40, 60, 1000, text.length - 5]) {
    const stripped = stripPng(text.subarray(0, length))
    expect(stripped.byteLength).toBeLessThan(file.byteLength)
  }
})

test('a picture in a million pieces', () => {
  const piece = chunk('IDAT', new Uint8Array())
  expect(() => stripPng(withChunks(new Array(20_000).fill(piece)))).toThrow('more than 16384 chunks')
})
