/** The operations of a program: what each one carries besides its sources, and the types of its outputs. */
import type { Program, Shape, TensorType } from './program.js'
import { at, firstOf, ProgramError, paramsOf, sameShape, sizeOf } from './program.js'

export type UnaryFunction = 'neg' | 'exp' | 'log' | 'sqrt' | 'tanh' | 'relu' | 'step'
export type BinaryFunction = 'add' | 'sub' | 'mul' | 'div' | 'max' | 'min' | 'greater' | 'equal'
export type ReduceFunction = 'sum' | 'max'

/** Square windows over height and width, zeros beyond the border. The examples n run behind the positions, before the channels. */
export interface WindowAttributes {
  readonly size: number
  readonly stride: number
  readonly padding: number
  /** The order of the input's positions and of the windows, see positions.ts; 1: row by row. */
  readonly inputPhases: number
  readonly outputPhases: number
  /** Whether the taps stand before the windows: [..., size * size, h', w', n, c]. */
  readonly tapsFirst: boolean
}

/** The size of the images that the windows were taken of; their taps stand last. */
export interface UnwindowAttributes extends WindowAttributes {
  readonly height: number
  readonly width: number
}

export interface Attributes {
  /** An input of the program. `kept`: it is fed with rows, along its first axis, that come again, so that an engine may keep them. */
  param: { readonly name: string; readonly type: TensorType; readonly kept?: true }
  const: { readonly data: Float32Array; readonly shape: Shape }
  unary: { readonly fn: UnaryFunction }
  /** Shapes are broadcast as in numpy; `greater` and `equal` give 1 or 0. */
  binary: { readonly fn: BinaryFunction }
  /** `select(condition, a, b)`: a where the condition is not 0, otherwise b; one shape for all three. */
  select: Record<never, never>
  /** [..., m, k] x [..., k, n] -> [..., m, n]; the leading axes are equal. `transA` reads [..., k, m], `transB` [..., n, k]. */
  matmul: { readonly transA: boolean; readonly transB: boolean }
  /** The reduced axes stay, with length 1. */
  reduce: { readonly fn: ReduceFunction; readonly axes: readonly number[] }
  expand: { readonly shape: Shape }
  reshape: { readonly shape: Shape }
  transpose: { readonly perm: readonly number[] }
  concat: { readonly axis: number }
  split: { readonly axis: number; readonly sizes: readonly number[] }
  /** im2col: [..., h, w, n, c] -> [..., h', w', n, size * size * c]. */
  windows: WindowAttributes
  /** The transpose of `windows` (col2im): [..., h', w', n, size * size * c] -> [..., height, width, n, c], overlaps summed. */
  unwindows: UnwindowAttributes
  /**
   * `normalize(x, scale, shift)` over the last axis: x̂ = (x - mean) * inverse, inverse = 1 / sqrt(variance + epsilon), the
   * variance being the mean square (biased). Outputs: scale * x̂ + shift, x̂, inverse, mean. scale and shift have last axis 1.
   * `normalize(x, scale, shift, knownMean, knownVariance, share)`: the first output is scale * (x - m) / sqrt(v + epsilon) + shift
   * instead, where m = mean + share * (knownMean - mean), and v likewise; no gradient goes to what is known.
   */
  normalize: { readonly epsilon: number }
  /** Over the last axis. */
  logSoftmax: Record<never, never>
  /**
   * `repeat(trips, ...carried, ...sliced, ...shared)`: runs the body `trips` times (an i32 scalar, at most `limit`). The
   * body's parameters are the carried values, then one slice [i] of each sliced value [limit, ...], then the shared values.
   * The body's outputs are the next carried values, then what is stacked. Outputs: the last carried values, then the
   * stacks [limit, ...], of which the rows from `trips` on are not defined.
   */
  repeat: { readonly body: Program; readonly limit: number; readonly carried: number; readonly sliced: number }
}

export type Op = keyof Attributes

type Infer<K extends Op> = (attrs: Attributes[K], src: readonly TensorType[]) => TensorType[]

function require(condition: boolean, message: () => string): void {
  if (!condition) throw new ProgramError(message())
}

function f32(shape: Shape): TensorType {
  require(shape.every(isLength), () => `${text(shape)} is no shape: lengths are whole numbers of at least 0`)
  return { dtype: 'f32', shape }
}

function isLength(length: number): boolean {
  return Number.isInteger(length) && length >= 0
}

const text = (shape: Shape): string => `[${shape.join(',')}]`

function shapesOf(op: Op, src: readonly TensorType[], count: number): Shape[] {
  require(src.length === count, () => `${op} takes ${count} sources, not ${src.length}`)
  require(src.every((type) => type.dtype === 'f32'), () => `${op} takes float32 sources only`)
  return src.map((type) => type.shape)
}

/** The shape of two operands broadcast against each other (numpy's rule). */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length)
  const padded = (shape: Shape) => [...Array<number>(rank - shape.length).fill(1), ...shape]
  const right = padded(b)
  return padded(a).map((length, axis) => {
    const other = at(right, axis)
    require(length === other || length === 1 || other === 1, () => `${text(a)} and ${text(b)} cannot be broadcast`)
    return length === 1 ? other : length
  })
}

/** How many windows fit on an axis. */
export function windowCount(
  length: number,
  { size, stride, padding }: Pick<WindowAttributes, 'size' | 'stride' | 'padding'>,
): number {
  return Math.floor((length + 2 * padding - size) / stride) + 1
}

/** The axes of images [..., height, width, examples, channels]. */
export function imageAxes(shape: Shape): {
  leading: Shape
  height: number
  width: number
  examples: number
  channels: number
} {
  require(shape.length >= 4, () => `images are [..., height, width, examples, channels], not ${text(shape)}`)
  const [height, width, examples, channels] = shape.slice(-4) as [number, number, number, number]
  return { leading: shape.slice(0, -4), height, width, examples, channels }
}

/** The types of an operation's outputs, from its attributes and its sources' types; throws ProgramError where they do not fit. */
export const inferTypes: { readonly [K in Op]: Infer<K> } = {
  param: ({ type }, src) => {
    shapesOf('param', src, 0)
    return [type]
  },
  const: ({ data, shape }, src) => {
    shapesOf('const', src, 0)
    require(data.length === sizeOf(shape), () => `const holds ${data.length} numbers for shape ${text(shape)}`)
    return [f32(shape)]
  },
  unary: (_attrs, src) => [f32(firstOf(shapesOf('unary', src, 1)))],
  binary: (_attrs, src) => {
    const [a, b] = shapesOf('binary', src, 2) as [Shape, Shape]
    return [f32(broadcastShapes(a, b))]
  },
  select: (_attrs, src) => {
    const [condition, a, b] = shapesOf('select', src, 3) as [Shape, Shape, Shape]
    require(sameShape(condition, a) && sameShape(a, b), () =>
      `select needs one shape, not ${text(condition)}, ${text(a)}, ${text(b)}`)
    return [f32(a)]
  },
  matmul: ({ transA, transB }, src) => {
    const [a, b] = shapesOf('matmul', src, 2) as [Shape, Shape]
    require(a.length >= 2 && a.length === b.length, () =>
      `matmul takes two matrices or stacks of them, not ${text(a)} and ${text(b)}`)
    const leading = a.slice(0, -2)
    require(sameShape(leading, b.slice(0, -2)), () => `matmul needs equal leading axes, not ${text(a)} and ${text(b)}`)
    const [m, k] = transA ? [at(a, a.length - 1), at(a, a.length - 2)] : [at(a, a.length - 2), at(a, a.length - 1)]
    const [k2, n] = transB ? [at(b, b.length - 1), at(b, b.length - 2)] : [at(b, b.length - 2), at(b, b.length - 1)]
    require(k === k2, () =>
      `matmul's inner axes differ: ${text(a)}${transA ? "'" : ''} x ${text(b)}${transB ? "'" : ''}`)
    return [f32([...leading, m, n])]
  },
  reduce: ({ axes }, src) => {
    const shape = firstOf(shapesOf('reduce', src, 1))
    require(axes.length > 0 &&
      new Set(axes).size === axes.length &&
      axes.every((axis) => axis >= 0 && axis < shape.length), () =>
      `reduce has no axes ${axes} in ${text(shape)}, or an axis is named twice`)
    return [f32(shape.map((length, axis) => (axes.includes(axis) ? 1 : length)))]
  },
  expand: ({ shape }, src) => {
    const from = firstOf(shapesOf('expand', src, 1))
    require(sameShape(broadcastShapes(from, shape), shape), () => `${text(from)} cannot be expanded to ${text(shape)}`)
    return [f32(shape)]
  },
  reshape: ({ shape }, src) => {
    const from = firstOf(shapesOf('reshape', src, 1))
    require(shape.every(isLength) && sizeOf(from) === sizeOf(shape), () =>
      `${text(from)} cannot be reshaped to ${text(shape)}`)
    return [f32(shape)]
  },
  transpose: ({ perm }, src) => {
    const from = firstOf(shapesOf('transpose', src, 1))
    const sorted = [...perm].sort((a, b) => a - b)
    require(sorted.length === from.length && sorted.every((axis, index) => axis === index), () =>
      `[${perm}] is no order of the axes of ${text(from)}`)
    return [f32(perm.map((axis) => at(from, axis)))]
  },
  concat: ({ axis }, src) => {
    require(src.length > 0, () => 'concat needs a source')
    const shapes = shapesOf('concat', src, src.length)
    const first = firstOf(shapes)
    const rest = (shape: Shape) => shape.filter((_, index) => index !== axis)
    require(axis >= 0 && axis < first.length, () => `concat has no axis ${axis} in ${text(first)}`)
    for (const shape of shapes)
      require(sameShape(rest(shape), rest(first)), () =>
        `concat on axis ${axis}: ${text(first)} and ${text(shape)} differ elsewhere`)
    const total = shapes.reduce((sum, shape) => sum + at(shape, axis), 0)
    return [f32(first.map((length, index) => (index === axis ? total : length)))]
  },
  split: ({ axis, sizes }, src) => {
    const shape = firstOf(shapesOf('split', src, 1))
    const total = sizes.reduce((sum, size) => sum + size, 0)
    require(sizes.every(isLength) && total === shape[axis], () =>
      `split sizes [${sizes}] do not add up to axis ${axis} of ${text(shape)}`)
    return sizes.map((size) => f32(shape.map((length, index) => (index === axis ? size : length))))
  },
  windows: (attrs, src) => {
    const { leading, height, width, examples, channels } = imageAxes(firstOf(shapesOf('windows', src, 1)))
    const [rows, columns] = [windowCount(height, attrs), windowCount(width, attrs)]
    const fits = attrs.size > 0 && attrs.stride > 0 && rows > 0 && columns > 0
    require(fits, () => `no window of ${attrs.size} fits into ${height} x ${width} with stride ${attrs.stride}`)
    const taps = attrs.size * attrs.size
    return [
      f32(
        attrs.tapsFirst
          ? [...leading, taps, rows, columns, examples, channels]
          : [...leading, rows, columns, examples, taps * channels],
      ),
    ]
  },
  unwindows: (attrs, src) => {
    const { leading, height, width, examples, channels } = imageAxes(firstOf(shapesOf('unwindows', src, 1)))
    const { size } = attrs
    require(!attrs.tapsFirst, () => 'unwindows takes the taps last')
    require(height === windowCount(attrs.height, attrs) &&
      width === windowCount(attrs.width, attrs) &&
      channels % (size * size) === 0, () =>
      `${height} x ${width} windows of ${channels} values do not come from ${attrs.height} x ${attrs.width}`)
    return [f32([...leading, attrs.height, attrs.width, examples, channels / (size * size)])]
  },
  normalize: (_attrs, src) => {
    const [x, ...others] = shapesOf('normalize', src, src.length === 6 ? 6 : 3) as [Shape, ...Shape[]]
    require(x.length > 0, () => 'normalize needs an axis')
    const perRow = [...x.slice(0, -1), 1]
    require(others.every((shape) => sameShape(shape, perRow)), () =>
      `normalize of ${text(x)} takes scale, shift and what is known as ${text(perRow)}, not ${others.map(text).join(', ')}`)
    return [f32(x), f32(x), f32(perRow), f32(perRow)]
  },
  logSoftmax: (_attrs, src) => [f32(firstOf(shapesOf('logSoftmax', src, 1)))],
  repeat: ({ body, limit, carried, sliced }, src) => {
    const [trips, ...values] = src
    require(trips?.dtype === 'i32' && trips.shape.length === 0, () => 'repeat takes its trip count as an i32 scalar')
    const params = paramsOf(body)
    require(params.length === values.length && carried + sliced <= values.length, () =>
      `repeat passes ${values.length} values to a body of ${params.length} parameters`)
    values.forEach((type, index) => {
      const expected = at(params, index)
      const isSliced = index >= carried && index < carried + sliced
      const given = isSliced ? type.shape.slice(1) : type.shape
      require(type.dtype === expected.type.dtype && sameShape(given, expected.type.shape), () =>
        `repeat passes ${text(given)} to the body's ${expected.name} ${text(expected.type.shape)}`)
      if (isSliced)
        require(type.shape[0] === limit, () =>
          `repeat slices ${expected.name} from ${text(type.shape)}, not ${limit} rows`)
    })
    const results = body.outputs.map((output) => output.value.type)
    require(results.length >= carried, () => `repeat carries ${carried} values, its body gives ${results.length}`)
    for (let index = 0; index < carried; index++) {
      require(sameShape(at(results, index).shape, at(values, index).shape), () =>
        `repeat's body turns ${text(at(values, index).shape)} into ${text(at(results, index).shape)}`)
    }
    return results.map(({ shape }, index) => f32(index < carried ? shape : [limit, ...shape]))
  },
}
