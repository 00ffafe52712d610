/** Thicker and thinner strokes: grey dilation and erosion of ink. */
import type { ImageSpec } from '../../codec/decode-image.js'

/**
 * Ink grows by `pixels` around every stroke, or shrinks where they are negative. Between whole numbers of pixels the two
 * nearest are mixed. [height, width, channels] in and out, 1 is ink.
 */
export function strokeWidth(image: Float32Array, spec: ImageSpec, pixels: number): Float32Array {
  const radius = Math.abs(pixels)
  const whole = Math.floor(radius)
  const part = radius - whole
  const less = spread(image, spec, whole, pixels < 0)
  if (part === 0) return less
  const more = spread(image, spec, whole + 1, pixels < 0)
  return less.map((value, i) => (1 - part) * value + part * (more[i] ?? 0))
}

/** Each pixel becomes the most ink, or the least, within a disc; what lies outside the image has no say. */
function spread(image: Float32Array, spec: ImageSpec, radius: number, least: boolean): Float32Array {
  if (radius === 0) return image
  const { width, height, channels } = spec
  const result = image.slice()
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++) {
      if (dx * dx + dy * dy > radius * radius) continue
      // The whole image against itself moved by (dx, dy), where both have pixels.
      const apart = (dy * width + dx) * channels
      for (let y = Math.max(0, -dy); y < Math.min(height, height - dy); y++) {
        const end = (y * width + Math.min(width, width - dx)) * channels
        for (let i = (y * width + Math.max(0, -dx)) * channels; i < end; i++) {
          const other = image[i + apart] ?? 0
          const own = result[i] ?? 0
          if (least ? other < own : other > own) result[i] = other
        }
      }
    }
  }
  return result
}
