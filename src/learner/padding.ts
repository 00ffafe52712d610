/** Programs have static shapes: a few sizes are compiled, and what is smaller is filled up. */

/** Inputs one behind the other, zeros behind the last: [size, input size]. */
export function stacked(inputs: readonly Float32Array[], size: number, inputSize: number): Float32Array {
  const data = new Float32Array(size * inputSize)
  inputs.forEach((input, index) => {
    data.set(input, index * inputSize)
  })
  return data
}

/** The first `count` rows of a result [1, size, length]. */
export function rows(data: Float32Array, count: number, length: number): Float32Array[] {
  return Array.from({ length: count }, (_, row) => data.slice(row * length, (row + 1) * length))
}
