/** A decoded image, 8 bits a sample, row-major: grey, grey and alpha, RGB or RGBA; alpha is not premultiplied. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 2 | 3 | 4
  readonly data: Uint8Array
}

/** Real numbers of 0 to 255, row-major, interleaved; one channel (luma) or three (RGB), composed on white paper. */
export interface Samples {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
  /** Bytes where they are the samples already: most drawings need no copy. */
  readonly data: Float32Array | Uint8Array
}

/** Luma of ITU-R BT.601, as Pillow's and PNG's own conversion to grey. */
export const lumaWeights = [0.299, 0.587, 0.114] as const

/** Composes transparent pixels on white and brings the colours to the channels asked for. */
export function toSamples(pixels: Pixels, channels: 1 | 3): Samples {
  const { width, height, data: source } = pixels
  const stride = pixels.channels
  if (stride === 1 && channels === 1) return { width, height, channels, data: source }
  const count = width * height
  const data = new Float32Array(count * channels)
  const colours = stride >= 3 ? 3 : 1
  const hasAlpha = stride === 2 || stride === 4
  const [wr, wg, wb] = lumaWeights
  for (let i = 0, at = 0, to = 0; i < count; i++, at += stride, to += channels) {
    const alpha = hasAlpha ? (source[at + stride - 1] ?? 255) / 255 : 1
    const white = 255 * (1 - alpha)
    const r = (source[at] ?? 0) * alpha + white
    const g = colours === 3 ? (source[at + 1] ?? 0) * alpha + white : r
    const b = colours === 3 ? (source[at + 2] ?? 0) * alpha + white : r
    if (channels === 3) {
      data[to] = r
      data[to + 1] = g
      data[to + 2] = b
    } else {
      data[to] = colours === 3 ? wr * r + wg * g + wb * b : r
    }
  }
  return { width, height, channels, data }
}
