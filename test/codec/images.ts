/** Image files drawn for the tests. */
import { encode } from 'fast-png'
import sharp, { type Sharp } from 'sharp'
import type { ImageSpec } from '../../src/codec/decode-image.js'

export const drawing: ImageSpec = { kind: 'image', height: 8, width: 8, channels: 1, polarity: 'ink' }
export const photo: ImageSpec = { kind: 'image', height: 8, width: 8, channels: 3, polarity: 'asis' }

/** One value of 0 to 255 a sample, from its position; `channels` interleaved. */
export function fill(
  width: number,
  height: number,
  channels: number,
  level: (x: number, y: number, c: number) => number,
): Uint8Array {
  const data = new Uint8Array(width * height * channels)
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++, to++) data[to] = level(x, y, c)
    }
  }
  return data
}

/** A vertical bar of ink in the middle fifth of white paper. */
export function bar(width: number, height: number, ink = 0, paper = 255): Uint8Array {
  return fill(width, height, 1, (x) => (Math.abs(x + 0.5 - width / 2) < width / 10 ? ink : paper))
}

export function greyPng(data: Uint8Array, width: number, height: number): Uint8Array {
  return encode({ width, height, channels: 1, depth: 8, data })
}

/** What sharp writes from raw samples, in any of its formats. */
export function through(data: Uint8Array, width: number, height: number, channels: 1 | 2 | 3 | 4): Sharp {
  return sharp(data, { raw: { width, height, channels } })
}
