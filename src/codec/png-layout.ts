/** Reads what a PNG says of itself, without decoding anything. */
import { crc32 } from 'node:zlib'
import { imageFormat } from './image-format.js'

export interface PngLayout {
  readonly width: number
  readonly height: number
  readonly depth: number
  readonly colourType: number
  readonly interlaced: boolean
  /** The names of its chunks in their order. */
  readonly chunks: readonly string[]
  /** The compressed pixels: the bodies of all IDAT chunks. */
  readonly pixels: readonly Uint8Array[]
  /** Whether every chunk is as it was written. */
  readonly intact: boolean
}

const signatureLength = 8
const headerEnd = 33

/** More than any small file has; what is cut into more pieces is left to others. */
const mostChunks = 64

/** In pixels, from the header alone; undefined for what does not begin as a PNG. */
export function readPngSize(bytes: Uint8Array): { width: number; height: number } | undefined {
  if (bytes.byteLength < headerEnd || imageFormat(bytes) !== 'png') return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { width: view.getUint32(16), height: view.getUint32(20) }
}

/** Undefined where the chunks do not add up, or are too many. */
export function readPngLayout(bytes: Uint8Array): PngLayout | undefined {
  if (bytes.byteLength < headerEnd) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const chunks: string[] = []
  const pixels: Uint8Array[] = []
  let intact = true
  for (let at = signatureLength; chunks.at(-1) !== 'IEND'; ) {
    if (at + 12 > bytes.byteLength || chunks.length === mostChunks) return undefined
    const body = at + 8
    const end = body + view.getUint32(at)
    if (end + 4 > bytes.byteLength) return undefined
    const name = String.fromCharCode(...bytes.subarray(at + 4, body))
    chunks.push(name)
    if (name === 'IDAT') pixels.push(bytes.subarray(body, end))
    intact &&= crc32(bytes.subarray(at + 4, end)) === view.getUint32(end)
    at = end + 4
  }
  if (chunks[0] !== 'IHDR') return undefined
  return {
    width: view.getUint32(16),
    height: view.getUint32(20),
    depth: view.getUint8(24),
    colourType: view.getUint8(25),
    interlaced: view.getUint8(28) !== 0,
    chunks,
    pixels,
    intact,
  }
}

const samplesOfColourType: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

/** Of one row of unpacked pixels: the byte that names its filter, and its samples, packed. */
export function rowBytes({ width, depth, colourType }: PngLayout): number {
  return 1 + Math.ceil((width * depth * (samplesOfColourType[colourType] ?? 0)) / 8)
}
