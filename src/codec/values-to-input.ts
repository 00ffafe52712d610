/** Plain values as a model's input; models of images take them too, as sampled pixels. */
import { type InputSpec, inputSize, scaled } from '../model/artifact.js'
import { CodecError } from './codec-error.js'
import { checkLength } from './values.js'

export type { InputSpec }

/** Scaled as the model's features say. Throws CodecError where there are not as many as the model takes, or one is far off. */
export function valuesToInput(values: Float32Array, spec: InputSpec): Float32Array {
  checkLength(values, inputSize(spec))
  if (spec.kind !== 'values' || !spec.features) return values
  return Float32Array.from(spec.features, (feature, i) => {
    const value = values[i] as number
    const result = scaled(value, feature)
    if (Number.isFinite(result)) return result
    throw new CodecError(
      `The value ${value} of ${feature.name} is out of all proportion to the training data; check its unit.`,
    )
  })
}

/** What to say to an image for a model that takes none. */
export function takesValues(spec: InputSpec): string {
  return `This model takes values; send ${inputSize(spec)} of them instead of an image.`
}
