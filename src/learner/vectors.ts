/** Flat vectors. */
import type { Tensors } from '../engine/engine.js'

/** The parts one behind the other. */
export function concatenated(...parts: readonly Float32Array[]): Float32Array {
  const result = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    result.set(part, offset)
    offset += part.length
  }
  return result
}

/** The feed of one client's vector [1, length]; nothing where it is empty, for then the program has no such parameter. */
export function vectorFeed(name: string, data: Float32Array): Tensors {
  return data.length > 0 ? { [name]: { shape: [1, data.length], data } } : {}
}

/** The same for a vector that will be fed again and never changes. */
export function constantFeed(name: string, data: Float32Array): Tensors {
  return data.length > 0 ? { [name]: { shape: [1, data.length], data, constant: true } } : {}
}

/** Whether all numbers, of single precision, are finite: they cannot overflow the sum. */
export function allFinite(numbers: ArrayLike<number>): boolean {
  let sum = 0
  for (let i = 0; i < numbers.length; i++) sum += numbers[i] as number
  return Number.isFinite(sum)
}

/** The numbers of a result. */
export function floats(results: Tensors, name: string): Float32Array {
  const data = results[name]?.data
  if (!(data instanceof Float32Array)) throw new Error(`the program gave no ${name}`)
  return data
}
