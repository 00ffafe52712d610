/** Weights live in shared memory, so that a worker thread reads them without a copy on the way. */

export function sharedFloats(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT))
}

/** The parts one behind the other, in shared memory. */
export function sharedConcat(...parts: readonly Float32Array[]): Float32Array {
  const result = sharedFloats(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    result.set(part, offset)
    offset += part.length
  }
  return result
}
