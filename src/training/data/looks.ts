/** The same drawings as another kind of data: for seeing how a model does out of the domain that it was trained in. */
import type { ImageSpec } from '../../codec/decode-image.js'
import { TrainingError } from '../training-error.js'
import { affine } from './affine.js'
import type { ExampleClass } from './example-class.js'
import { strokeWidth } from './stroke-width.js'

/** `turned`: by 45 degrees, clockwise; `broken`: with gaps in every stroke; `inverted`: paper is 1 and ink is 0. */
export const looks = ['thick', 'broken', 'inverted', 'turned'] as const

export type Look = (typeof looks)[number]

/** In pixels of the model's input. */
const THICKER = 1.5
const GAP = 2
const BETWEEN_GAPS = 6

/** The classes as they are where no look is asked for. Throws TrainingError for images without strokes. */
export function withLook(classes: readonly ExampleClass[], look: Look | undefined, spec: ImageSpec): ExampleClass[] {
  if (!look) return [...classes]
  if (spec.polarity !== 'ink')
    throw new TrainingError('Only drawings have looks: leave data.look out, or set polarity to ink.')
  return classes.map((one) => ({
    ...one,
    read: async (index: number) => changed(await one.read(index), index, look, spec),
  }))
}

function changed(image: Float32Array, index: number, look: Look, spec: ImageSpec): Float32Array {
  switch (look) {
    case 'thick':
      return strokeWidth(image, spec, THICKER)
    case 'broken':
      return broken(image, spec, index)
    case 'inverted':
      return image.map((ink) => 1 - ink)
    case 'turned':
      return affine(image, spec, { right: 0, down: 0, turn: Math.PI / 4, scale: 1 })
  }
}

/** Parallel stripes without ink, which lie otherwise in every image of a class: the angle is the golden one times its number. */
function broken(image: Float32Array, { width, channels }: ImageSpec, index: number): Float32Array {
  const [cos, sin] = [Math.cos(2.4 * index), Math.sin(2.4 * index)]
  return image.map((ink, i) => {
    const pixel = Math.floor(i / channels)
    const along = cos * (pixel % width) + sin * Math.floor(pixel / width) + 1.7 * index
    const place = along - BETWEEN_GAPS * Math.floor(along / BETWEEN_GAPS)
    return place < GAP ? 0 : ink
  })
}
