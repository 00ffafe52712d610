/** TensorFlow's operations as the lowering uses them, with the attributes that each wants. */
import type { ElementType } from './format.js'
import type { FunctionWriter, Ref } from './function-writer.js'

const T = { type: 'float' } as const
const Tidx = { type: 'int32' } as const

/** One value from values of one shape, or broadcast to it: `T` is their type. */
export function elementwise(f: FunctionWriter, op: string, src: readonly Ref[], shape: readonly number[]): Ref {
  return f.op(op, src, shape, { T: { type: src[0]?.type ?? 'float' } })
}

/** `greater`, `equal`, ... as booleans. */
export function compared(f: FunctionWriter, op: string, src: readonly Ref[], shape: readonly number[]): Ref {
  return { ...elementwise(f, op, src, shape), type: 'bool' }
}

export function cast(f: FunctionWriter, x: Ref, type: ElementType): Ref {
  return { ...f.op('Cast', [x], x.shape, { SrcT: { type: x.type }, DstT: { type } }), type }
}

export function scalar(f: FunctionWriter, value: number): Ref {
  return f.floats(Float32Array.of(value), [])
}

export function reshape(f: FunctionWriter, x: Ref, shape: readonly number[]): Ref {
  return f.op('Reshape', [x, f.int32s(shape)], shape, { T: { type: x.type }, Tshape: Tidx })
}

export function transpose(f: FunctionWriter, x: Ref, perm: readonly number[]): Ref {
  const shape = perm.map((axis) => x.shape[axis] ?? 1)
  return f.op('Transpose', [x, f.int32s(perm)], shape, { T, Tperm: Tidx })
}

export function concat(f: FunctionWriter, parts: readonly Ref[], axis: number): Ref {
  const [first] = parts as [Ref]
  if (parts.length === 1) return first
  const length = parts.reduce((sum, part) => sum + (part.shape[axis] ?? 0), 0)
  const shape = first.shape.map((size, index) => (index === axis ? length : size))
  return f.op('ConcatV2', [...parts, f.int32s([axis], [])], shape, { N: { int: parts.length }, T, Tidx })
}

/** Slices of x along an axis, picked by the table. */
export function gather(f: FunctionWriter, x: Ref, table: Ref, axis: number): Ref {
  const shape = [...x.shape.slice(0, axis), ...table.shape, ...x.shape.slice(axis + 1)]
  const attributes = { Tparams: { type: x.type }, Tindices: Tidx, Taxis: Tidx, batch_dims: { int: 0 } }
  return f.op('GatherV2', [x, table, f.int32s([axis], [])], shape, attributes)
}

/** Over the given axes, which stay with length 1. */
export function reduced(f: FunctionWriter, op: 'Sum' | 'Max' | 'Mean', x: Ref, axes: readonly number[]): Ref {
  const shape = x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
  return f.op(op, [x, f.int32s(axes)], shape, { T, Tidx, keep_dims: { bool: true } })
}

/** [..., m, k] x [..., k, n]; one matrix, or a stack of one, is a plain product, which is the faster kernel. */
export function matmul(f: FunctionWriter, a: Ref, b: Ref, transA: boolean, transB: boolean): Ref {
  const rank = a.shape.length
  const leading = a.shape.slice(0, -2)
  const m = a.shape[transA ? rank - 1 : rank - 2] ?? 1
  const n = b.shape[transB ? rank - 2 : rank - 1] ?? 1
  if (leading.every((length) => length === 1)) {
    const [flatA, flatB] = [a, b].map((x) => (rank === 2 ? x : reshape(f, x, x.shape.slice(-2)))) as [Ref, Ref]
    const attributes = { T, transpose_a: { bool: transA }, transpose_b: { bool: transB } }
    const product = f.op('MatMul', [flatA, flatB], [m, n], attributes)
    return rank === 2 ? product : reshape(f, product, [...leading, m, n])
  }
  const attributes = { T, adj_x: { bool: transA }, adj_y: { bool: transB } }
  return f.op('BatchMatMulV2', [a, b], [...leading, m, n], attributes)
}
