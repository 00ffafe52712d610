/** One input of a request, an image or plain values, to the array that a model takes. */
import { type InputSpec, inputSize } from '../model/artifact.js'
import { CodecError } from './codec-error.js'
import { decodeWithin } from './decode-image.js'
import type { EncodedInput } from './encoded-input.js'
import type { PixelBudget } from './pixel-budget.js'
import { checkLength } from './values.js'

export type { InputSpec }

/** Values as the model's input. Throws CodecError. */
export function valuesToInput(values: Float32Array, spec: InputSpec): Float32Array {
  return checkLength(values, inputSize(spec))
}

/** Models of images take values too: already sampled pixels. Throws CodecError. */
export async function decodeInput(input: EncodedInput, spec: InputSpec, budget: PixelBudget): Promise<Float32Array> {
  if ('values' in input) return valuesToInput(input.values, spec)
  if (spec.kind === 'values') throw new CodecError(takesValues(spec))
  return decodeWithin(input.image, spec, budget)
}

/** What to say to an image for a model that takes none. */
export function takesValues(spec: InputSpec): string {
  return `This model takes values; send ${inputSize(spec)} of them instead of an image.`
}
