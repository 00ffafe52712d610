/**
 * The fast path for small PNG files: scans and drawings of some hundred bytes, which sharp takes ten times as long to
 * set up for as to decode. Whatever is out of the ordinary is left to sharp, which has the last word.
 */
import { inflateSync } from 'node:zlib'
import { convertIndexedToRgb, decode } from 'fast-png'
import type { Pixels } from './pixels.js'
import { type PngLayout, readPngLayout, readPngSize, rowBytes } from './png-layout.js'

/** Above this sharp is as fast, and this thread is held up. */
const largestUnpacked = 64 * 1024
const mostPixels = 64 * 1024

/** The compressed file as well, so that one with texts of a megabyte is not read here. */
const largestFile = 128 * 1024

/** Chunks that have no say in the pixels as sharp gives them. A colour profile or an orientation would. */
const plainChunks = new Set([
  'IHDR',
  'PLTE',
  'tRNS',
  'IDAT',
  'IEND',
  'pHYs',
  'tIME',
  'tEXt',
  'zTXt',
  'iTXt',
  'bKGD',
  'sRGB',
])

const grey = 0
const palette = 3

/** A file that looks like one for the fast path. */
export interface SmallPng extends PngLayout {
  readonly bytes: Uint8Array
}

/** Of a file that looks like one by its header alone; undefined for others. */
export function smallPngPixels(bytes: Uint8Array): number | undefined {
  const size = bytes.byteLength <= largestFile ? readPngSize(bytes) : undefined
  const pixels = size && size.width * size.height
  return pixels !== undefined && pixels <= mostPixels ? pixels : undefined
}

/** Undefined where the file is none. Costs next to nothing, whatever the file. */
export function smallPng(bytes: Uint8Array): SmallPng | undefined {
  if (bytes.byteLength > largestFile) return undefined
  const layout = readPngLayout(bytes)
  return layout && isPlain(layout) ? { ...layout, bytes } : undefined
}

/** Undefined where the file is damaged: then sharp says what is wrong. */
export function decodeSmallPng(png: SmallPng): Pixels | undefined {
  if (!png.intact) return undefined
  try {
    // fast-png inflates without a limit: see first that there is as much as the header says and no more.
    const length = rowBytes(png) * png.height
    const packed = png.pixels.length === 1 ? (png.pixels[0] ?? new Uint8Array()) : Buffer.concat(png.pixels)
    const rows = inflateSync(packed, { maxOutputLength: length })
    if (rows.byteLength !== length) return undefined
    return readUnfilteredGrey(png, rows) ?? toBytes(png, decode(png.bytes))
  } catch {
    return undefined
  }
}

/**
 * Black and white drawings are written without filters: their rows are the pixels, and inflating them once more, in
 * JavaScript, would take more time than all the rest. Undefined for other files.
 */
function readUnfilteredGrey(png: SmallPng, rows: Uint8Array): Pixels | undefined {
  const { width, height, depth, colourType } = png
  if (colourType !== grey || depth > 8) return undefined
  const stride = rowBytes(png)
  for (let at = 0; at < rows.byteLength; at += stride) if (rows[at] !== 0) return undefined
  return { width, height, channels: 1, data: unpackGrey(rows, 1, stride, width, height, depth) }
}

function isPlain(layout: PngLayout): boolean {
  const { width, height, colourType, chunks } = layout
  return (
    width > 0 &&
    height > 0 &&
    width * height <= mostPixels &&
    rowBytes(layout) * height <= largestUnpacked &&
    !layout.interlaced &&
    chunks.every((name) => plainChunks.has(name)) &&
    // A colour that stands for transparency, instead of a palette's own alpha, is rare.
    (colourType === palette || !chunks.includes('tRNS'))
  )
}

type Decoded = ReturnType<typeof decode>

function toBytes(layout: PngLayout, png: Decoded): Pixels | undefined {
  const { width, height, depth, colourType } = layout
  if (colourType === palette) {
    const data = convertIndexedToRgb(png)
    return { width, height, channels: png.palette?.[0]?.length === 4 ? 4 : 3, data }
  }
  const channels = asChannels(png.channels)
  if (channels === undefined) return undefined
  const { data } = png
  if (!(data instanceof Uint8Array))
    return { width, height, channels, data: Uint8Array.from(data, (value) => value >> 8) }
  if (depth === 8) return { width, height, channels, data }
  return { width, height, channels: 1, data: unpackGrey(data, 0, rowBytes(layout) - 1, width, height, depth) }
}

function asChannels(count: number): Pixels['channels'] | undefined {
  return count === 1 || count === 2 || count === 3 || count === 4 ? count : undefined
}

/** 1, 2, 4 or 8 bits a pixel to 0..255; rows of whole bytes, `stride` apart, the first at `start`. */
function unpackGrey(
  packed: Uint8Array,
  start: number,
  stride: number,
  width: number,
  height: number,
  depth: number,
): Uint8Array {
  const data = new Uint8Array(width * height)
  const mask = (1 << depth) - 1
  const scale = 255 / mask
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, at = start + y * stride; x < width; at++) {
      const byte = packed[at] ?? 0
      for (let shift = 8 - depth; shift >= 0 && x < width; shift -= depth, x++, to++) {
        data[to] = ((byte >> shift) & mask) * scale
      }
    }
  }
  return data
}
