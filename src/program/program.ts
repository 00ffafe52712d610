/**
 * The tensor program: a list of nodes in SSA form with static shapes. A whole inner loop of Reptile (forward, backward,
 * update, k times) is one Program, which an engine compiles once and runs in one call.
 */
import type { Attributes, Op } from './ops.js'

export type Shape = readonly number[]

/** Every tensor is float32, but a trip count, which is an int32 scalar. */
export type DType = 'f32' | 'i32'

export interface TensorType {
  readonly dtype: DType
  readonly shape: Shape
}

/** Output number `output` of node number `node`. */
export interface Value {
  readonly node: number
  readonly output: number
  readonly type: TensorType
}

/** One operation: `src` are values of earlier nodes, `out` the types of its outputs. */
export interface NodeOf<K extends Op> {
  readonly op: K
  readonly src: readonly Value[]
  readonly attrs: Attributes[K]
  readonly out: readonly TensorType[]
}

export type Node = { [K in Op]: NodeOf<K> }[Op]

export interface Output {
  readonly name: string
  readonly value: Value
}

export interface Program {
  readonly nodes: readonly Node[]
  readonly outputs: readonly Output[]
}

/** A program that cannot be: shapes that do not fit, an order that is no order. Always a fault of the code that built it. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError'
}

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, length) => product * length, 1)
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis])
}

/** The parameters of a program, in the order in which they were declared. */
export function paramsOf(program: Program): { name: string; type: TensorType; kept: boolean }[] {
  return program.nodes.flatMap((node) =>
    node.op === 'param' ? [{ name: node.attrs.name, type: firstOf(node.out), kept: node.attrs.kept ?? false }] : [],
  )
}

/** The first element of a list that is known to have one. */
export function firstOf<T>(items: readonly T[]): T {
  return at(items, 0)
}

/** Element `index` of a list that is known to be long enough; a clear error where it is not. */
export function at<T>(items: ArrayLike<T>, index: number): T {
  const item = items[index]
  if (item === undefined) throw new ProgramError(`there is no element ${index} in a list of ${items.length}`)
  return item
}
