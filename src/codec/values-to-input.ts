/** Plain values as a model's input; models of images take them too, as sampled pixels. */
import { type InputSpec, inputSize } from '../model/artifact.js'
import { checkLength } from './values.js'

export type { InputSpec }

/** Throws CodecError where there are not as many as the model takes. */
export function valuesToInput(values: Float32Array, spec: InputSpec): Float32Array {
  return checkLength(values, inputSize(spec))
}

/** What to say to an image for a model that takes none. */
export function takesValues(spec: InputSpec): string {
  return `This model takes values; send ${inputSize(spec)} of them instead of an image.`
}
