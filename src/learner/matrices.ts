/** Parameters of a program as matrices, rows and columns. */
import type { Builder } from '../program/builder.js'
import type { Value } from '../program/program.js'

/** Parameters by name, each [B, ...shape]. */
export type Parameters = ReadonlyMap<string, Value>

export function parameter(parameters: Parameters, name: string): Value {
  const value = parameters.get(name)
  if (!value) throw new Error(`the network needs a parameter ${name}`)
  return value
}

/** A kernel [B, size, size, in, out] as [B, size * size * in, out]. */
export function asMatrix(b: Builder, kernel: Value): Value {
  const [clients, height, width, channels, filters] = kernel.type.shape as [number, number, number, number, number]
  return b.reshape(kernel, [clients, height * width * channels, filters])
}

/** [B, C] -> [B, C, 1] */
export function asColumn(b: Builder, x: Value): Value {
  return b.reshape(x, [...x.type.shape, 1])
}

/** [B, C] -> [B, 1, C] */
export function asRow(b: Builder, x: Value): Value {
  const [clients, channels] = x.type.shape as [number, number]
  return b.reshape(x, [clients, 1, channels])
}
