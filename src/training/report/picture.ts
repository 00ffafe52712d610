/** A model's input as a reader can look at it. */
import { encode } from 'fast-png'
import { type InputSpec, inputSize } from '../../model/artifact.js'
import type { Shown } from './report-data.js'

/** `input`: flat row-major, [height, width, channels] of 0 to 1 for an image (what augmentation leaves outside is cut off). */
export function picture(input: Float32Array, spec: InputSpec): Shown {
  if (input.length !== inputSize(spec))
    throw new RangeError(`an input of ${inputSize(spec)} numbers was announced, but it has ${input.length}`)
  if (spec.kind === 'values') return { kind: 'values', values: [...input] }
  const { height, width, channels } = spec
  const ink = spec.polarity === 'ink'
  // Uint8ClampedArray rounds, cuts off at 0 and 255, and takes NaN for 0.
  const levels = Uint8ClampedArray.from(input, (value) => 255 * (ink ? 1 - value : value))
  const png = encode({ width, height, channels, depth: 8, data: levels })
  return { kind: 'image', url: `data:image/png;base64,${Buffer.from(png).toString('base64')}`, height, width, ink }
}
