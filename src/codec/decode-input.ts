/** One input of a request, an image or plain values, to the array that a model takes. */
import { type InputSpec, inputSize } from '../model/artifact.js'
import { decodeBase64 } from './base64.js'
import { CodecError } from './codec-error.js'
import { decodeImage } from './decode-image.js'
import { decodeValues } from './values.js'

export type EncodedInput = { readonly image: string } | { readonly values: readonly number[] }

/** Models of images take values too: already sampled pixels. Throws CodecError. */
export async function decodeInput(input: EncodedInput, spec: InputSpec, maxPixels: number): Promise<Float32Array> {
  if ('values' in input) return decodeValues(input.values, inputSize(spec))
  if (spec.kind !== 'image')
    throw new CodecError(`This model takes values; send ${inputSize(spec)} of them instead of an image.`)
  return decodeImage(decodeBase64(input.image), spec, maxPixels)
}
