/** Pictures that are hard work: large, many-chunked, or many. Made from seeds. */
import { crc32, deflateSync } from 'node:zlib'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import sharp, { type Sharp } from 'sharp'

const SIDE = 4000

/** 16 million pixels, MAX_IMAGE_PIXELS by default, with as much detail as fits into a body. */
export async function largePictures(): Promise<Readonly<Record<string, Buffer>>> {
  const raw = speckled(SIDE, SIDE)
  const picture = (): Sharp => sharp(raw, { raw: { width: SIDE, height: SIDE, channels: 1 } })
  return {
    PNG: await picture().png({ compressionLevel: 1 }).toBuffer(),
    'interlaced PNG': await picture().png({ compressionLevel: 1, progressive: true }).toBuffer(),
    JPEG: await picture().jpeg({ quality: 60 }).toBuffer(),
    'progressive JPEG': await picture().jpeg({ quality: 60, progressive: true }).toBuffer(),
    WebP: await picture().webp({ quality: 30, effort: 0 }).toBuffer(),
    TIFF: await picture().tiff({ compression: 'deflate' }).toBuffer(),
    AVIF: await picture().avif({ quality: 20, effort: 0 }).toBuffer(),
  }
}

/** A PNG of one pixel behind `count` empty chunks. */
export function chunkyPng(count: number): Buffer {
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0])
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const pixels = chunk('IDAT', deflateSync(Buffer.from([0, 255])))
  const empty = Buffer.alloc(12 * count, chunk('tEXt', Buffer.alloc(0)))
  return Buffer.concat([signature, chunk('IHDR', header), empty, pixels, chunk('IEND', Buffer.alloc(0))])
}

/** A PNG of 8-bit grey just small enough for the fast path, 64 KiB unpacked. */
export function fastPathPng(): Promise<Buffer> {
  const [width, height] = [255, 256]
  return sharp(speckled(width, height), { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer()
}

/** White paper, with one pixel in sixteen of any grey. */
function speckled(width: number, height: number): Buffer {
  const random = xoroshiro128plus(1)
  const raw = Buffer.alloc(width * height, 255)
  for (let i = 0; i < raw.length; i += 1 + uniformInt(random, 0, 30)) raw[i] = uniformInt(random, 0, 255)
  return raw
}

function chunk(name: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), body])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(body.length)
  check.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, check])
}
