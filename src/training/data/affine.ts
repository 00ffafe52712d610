/** Moves, turns and scales an image in one resampling. */
import type { ImageSpec } from '../../codec/decode-image.js'

export interface Hand {
  /** Pixels to the right and down. */
  readonly right: number
  readonly down: number
  /** Radians, clockwise. */
  readonly turn: number
  /** 1: as it is; 2: twice as large. */
  readonly scale: number
}

/**
 * About the middle of the image, with bilinear interpolation. What comes in from outside is paper: 0 for ink, the nearest
 * pixel of the border otherwise. [height, width, channels] in and out.
 */
export function affine(image: Float32Array, spec: ImageSpec, hand: Hand): Float32Array {
  const { width, height, channels } = spec
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2]
  const [cos, sin] = [Math.cos(hand.turn) / hand.scale, Math.sin(hand.turn) / hand.scale]
  const result = new Float32Array(image.length)
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += channels) {
      // Backwards: from where does this pixel come?
      const u = x - middleX - hand.right
      const v = y - middleY - hand.down
      blend(image, spec, middleX + cos * u + sin * v, middleY - sin * u + cos * v, result, to)
    }
  }
  return result
}

/** What the image shows between its pixels, at (x, y), into all channels of the pixel at `to`. */
function blend(image: Float32Array, spec: ImageSpec, x: number, y: number, result: Float32Array, to: number): void {
  const { width, height, channels, polarity } = spec
  const left = Math.floor(x)
  const top = Math.floor(y)
  // Outside, a corner on paper has no weight, and any other is that of the border.
  const paper = polarity === 'ink'
  const l = paper && (left < 0 || left >= width) ? 0 : 1 - (x - left)
  const r = paper && (left < -1 || left >= width - 1) ? 0 : x - left
  const t = paper && (top < 0 || top >= height) ? 0 : 1 - (y - top)
  const b = paper && (top < -1 || top >= height - 1) ? 0 : y - top
  const upper = clamp(top, height) * width
  const lower = clamp(top + 1, height) * width
  const [before, after] = [clamp(left, width), clamp(left + 1, width)]
  for (let c = 0; c < channels; c++) {
    result[to + c] =
      t * (l * (image[(upper + before) * channels + c] ?? 0) + r * (image[(upper + after) * channels + c] ?? 0)) +
      b * (l * (image[(lower + before) * channels + c] ?? 0) + r * (image[(lower + after) * channels + c] ?? 0))
  }
}

function clamp(position: number, size: number): number {
  return position < 0 ? 0 : position >= size ? size - 1 : position
}
