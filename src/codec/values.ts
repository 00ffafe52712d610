/** Numbers sent as they are. */
import { CodecError } from './codec-error.js'

/** `length` finite 32-bit floats; throws CodecError for other lengths and for numbers beyond their range. */
export function decodeValues(values: readonly number[], length: number): Float32Array {
  if (values.length !== length) {
    throw new CodecError(`There are ${values.length} values here; the model takes ${length}.`)
  }
  const numbers = Float32Array.from(values)
  const wrong = numbers.findIndex((value) => !Number.isFinite(value))
  if (wrong >= 0) {
    throw new CodecError(
      `The value at position ${wrong} is beyond the range of 32-bit floats; send one of at most 3.4e38.`,
    )
  }
  return numbers
}
