/** Numbers sent as they are. */
import { CodecError } from './codec-error.js'

/** As 32-bit floats; throws CodecError for numbers beyond their range. */
export function toFloats(values: readonly number[]): Float32Array {
  const floats = Float32Array.from(values)
  const wrong = floats.findIndex((value) => !Number.isFinite(value))
  if (wrong < 0) return floats
  throw new CodecError(
    `The value at position ${wrong} is beyond the range of 32-bit floats; send one of at most 3.4e38.`,
  )
}

const number = /^\s*[+-]?(\d{1,400}(\.\d{0,400})?|\.\d{1,400})([eE][+-]?\d{1,4})?\s*$/

/** Numbers with commas between, as in `0.5,1,-2e-3`; undefined for any other text. Throws CodecError as `toFloats` does. */
export function parseValues(text: string): Float32Array | undefined {
  const parts = text.split(',')
  return parts.every((part) => number.test(part)) ? toFloats(parts.map(Number)) : undefined
}

/** Throws CodecError where there are not `length` of them. */
export function checkLength(values: Float32Array, length: number): Float32Array {
  if (values.length === length) return values
  throw new CodecError(`There are ${values.length} values here; the model takes ${length}.`)
}
