/** Weighted sums of long vectors, in double precision and in plain loops: they are the serial part of a meta-iteration. */

/** sum = factor * vector. */
export function setScaled(sum: Float64Array, vector: Float32Array, factor: number): void {
  for (let i = 0; i < sum.length; i++) sum[i] = factor * (vector[i] as number)
}

/** sum += factor * vector (which may be longer). */
export function addScaled(sum: Float64Array, vector: Float32Array, factor: number): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + factor * (vector[i] as number)
}

/** sum [F + 1] += factor * the mean over the classes of a head: rows [ways, F], then biases [ways], from `start` on in `vector`. */
export function addMeanRow(sum: Float64Array, vector: Float32Array, start: number, ways: number, factor: number): void {
  const size = sum.length - 1
  const share = factor / ways
  for (let row = 0; row < ways; row++) {
    const first = start + row * size
    for (let i = 0; i < size; i++) sum[i] = (sum[i] as number) + share * (vector[first + i] as number)
    sum[size] = (sum[size] as number) + share * (vector[start + ways * size + row] as number)
  }
}
