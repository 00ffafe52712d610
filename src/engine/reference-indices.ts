/** Which elements of row-major tensors belong together: for the reference engine. */
import type { WindowAttributes } from '../program/ops.js'
import { imageAxes, windowCount } from '../program/ops.js'
import { placesOf, positionsInOrder } from '../program/positions.js'
import type { Shape } from '../program/program.js'
import { at, sizeOf } from '../program/program.js'

export function stridesOf(shape: Shape): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)))
}

export function coordinates(index: number, shape: Shape): number[] {
  return stridesOf(shape).map((stride, axis) => Math.floor(index / stride) % at(shape, axis))
}

/** Maps an element of the broadcast shape `to` to the element of `from` that it reads. */
export function broadcastIndex(from: Shape, to: Shape): (index: number) => number {
  const strides = stridesOf(from)
  const missing = to.length - from.length
  return (index) =>
    coordinates(index, to).reduce((sum, c, axis) => {
      const own = axis - missing
      return own < 0 || from[own] === 1 ? sum : sum + c * at(strides, own)
    }, 0)
}

export function asMatrices(shape: Shape): [number, number, number] {
  const [rows, columns] = shape.slice(-2) as [number, number]
  return [sizeOf(shape.slice(0, -2)), rows, columns]
}

/** Calls `visit` with the index of each pixel's channel and of the window's tap that reads it; padding is not visited. */
export function forEachTap(shape: Shape, attrs: WindowAttributes, visit: (pixel: number, tap: number) => void): void {
  const { leading, height, width, examples, channels } = imageAxes(shape)
  const windows = positionsInOrder(windowCount(height, attrs), windowCount(width, attrs), attrs.outputPhases)
  const places = placesOf(height, width, attrs.inputPhases)
  const taps = attrs.size * attrs.size
  for (let image = 0; image < sizeOf(leading); image++)
    for (const [place, { row, column }] of windows.entries())
      for (let tap = 0; tap < taps; tap++) {
        const y = row * attrs.stride + Math.floor(tap / attrs.size) - attrs.padding
        const x = column * attrs.stride + (tap % attrs.size) - attrs.padding
        if (y < 0 || y >= height || x < 0 || x >= width) continue
        const pixel = image * height * width + at(places, y * width + x)
        const window = attrs.tapsFirst ? (image * taps + tap) * windows.length + place : image * windows.length + place
        for (let example = 0; example < examples; example++) {
          const target = window * examples + example
          const row = attrs.tapsFirst ? target : target * taps + tap
          for (let c = 0; c < channels; c++) visit((pixel * examples + example) * channels + c, row * channels + c)
        }
      }
}
