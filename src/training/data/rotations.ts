/** Images turned by quarters as further classes (paper, section 6.1). */
import type { ImageSpec } from '../../codec/decode-image.js'
import { TrainingError } from '../training-error.js'
import type { ExampleClass } from './example-class.js'

/** Each class, and right behind it its images turned by 90, 180 and 270 degrees. Throws TrainingError for images that are no squares. */
export function withRotations(classes: readonly ExampleClass[], spec: ImageSpec): ExampleClass[] {
  if (spec.height !== spec.width) {
    throw new TrainingError(
      `Only square images can be rotated, not ${spec.height} x ${spec.width}: leave data.augmentation.rotations out.`,
    )
  }
  return classes.flatMap((one) => [
    one,
    ...[1, 2, 3].map((quarters) => ({
      name: `${one.name} turned ${90 * quarters} degrees`,
      count: one.count,
      read: async (index: number) => turned(await one.read(index), spec, quarters),
    })),
  ])
}

/** Clockwise by `quarters` of a turn, 1 to 3. */
function turned(image: Float32Array, { width: side, channels }: ImageSpec, quarters: number): Float32Array {
  const result = new Float32Array(image.length)
  const last = side - 1
  // Where the first pixel goes, and how far apart neighbours of a row, and of a column, come to lie.
  const first = quarters === 1 ? last : quarters === 2 ? side * side - 1 : last * side
  const right = quarters === 1 ? side : quarters === 2 ? -1 : -side
  const down = quarters === 1 ? -1 : quarters === 2 ? -side : 1
  for (let y = 0, from = 0; y < side; y++) {
    for (let x = 0, to = (first + y * down) * channels; x < side; x++, to += right * channels) {
      for (let c = 0; c < channels; c++, from++) result[to + c] = image[from] ?? 0
    }
  }
  return result
}
