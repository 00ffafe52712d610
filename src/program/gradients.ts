/**
 * The gradient table: for each operation, the gradients of its sources, given the gradients of its outputs. Every rule
 * emits ordinary nodes. The table is exhaustive over Op, so a new operation does not compile without its gradient, and
 * the tests check each rule against central differences in float64.
 */
import type { Builder } from './builder.js'
import type { BinaryFunction, Op, UnaryFunction } from './ops.js'
import { imageAxes } from './ops.js'
import type { NodeOf, Shape, Value } from './program.js'
import { at, ProgramError, sameShape } from './program.js'

interface Context<K extends Op> {
  readonly b: Builder
  readonly node: NodeOf<K>
  readonly out: readonly Value[]
  /** The gradient of each output; undefined where the loss does not depend on it. */
  readonly dOut: readonly (Value | undefined)[]
}

/** One gradient for each source, undefined where there is none. */
type Rule<K extends Op> = (context: Context<K>) => (Value | undefined)[]

export const gradientRules: { readonly [K in Op]: Rule<K> } = {
  param: () => [],
  const: () => [],
  unary: ({ b, node, out, dOut }) => {
    const [x, y, dy] = [at(node.src, 0), at(out, 0), gradientOf(dOut)]
    return [unaryGradient[node.attrs.fn](b, x, y, dy)]
  },
  binary: ({ b, node, out, dOut }) => {
    const [left, right] = node.src as [Value, Value]
    const [dLeft, dRight] = binaryGradient[node.attrs.fn](b, left, right, at(out, 0), gradientOf(dOut))
    return [dLeft && sumTo(b, dLeft, left.type.shape), dRight && sumTo(b, dRight, right.type.shape)]
  },
  select: ({ b, node, dOut }) => {
    const [condition, dy] = [at(node.src, 0), gradientOf(dOut)]
    const zero = b.expand(b.scalar(0), dy.type.shape)
    return [undefined, b.select(condition, dy, zero), b.select(condition, zero, dy)]
  },
  matmul: ({ b, node, dOut }) => {
    const [x, y] = node.src as [Value, Value]
    const { transA, transB } = node.attrs
    const dz = gradientOf(dOut)
    const dx = transA ? b.matmul(y, dz, { transA: transB, transB: true }) : b.matmul(dz, y, { transB: !transB })
    const dy = transB ? b.matmul(dz, x, { transA: true, transB: transA }) : b.matmul(x, dz, { transA: !transA })
    return [dx, dy]
  },
  reduce: ({ b, node, out, dOut }) => {
    const [x, y, dy] = [at(node.src, 0), at(out, 0), gradientOf(dOut)]
    if (node.attrs.fn === 'sum') return [b.expand(dy, x.type.shape)]
    // Where several elements share the maximum, they share its gradient.
    const isMax = b.binary('equal', x, y)
    const ties = b.sum(isMax, node.attrs.axes)
    return [b.mul(isMax, b.div(dy, ties))]
  },
  expand: ({ b, node, dOut }) => [sumTo(b, gradientOf(dOut), at(node.src, 0).type.shape)],
  reshape: ({ b, node, dOut }) => [b.reshape(gradientOf(dOut), at(node.src, 0).type.shape)],
  transpose: ({ b, node, dOut }) => {
    const inverse = node.attrs.perm.map((_, axis) => node.attrs.perm.indexOf(axis))
    return [b.transpose(gradientOf(dOut), inverse)]
  },
  concat: ({ b, node, dOut }) => {
    const { axis } = node.attrs
    return b.split(
      gradientOf(dOut),
      axis,
      node.src.map((part) => at(part.type.shape, axis)),
    )
  },
  split: ({ b, node, out, dOut }) => {
    const parts = out.map((part, index) => dOut[index] ?? b.expand(b.scalar(0), part.type.shape))
    return [b.concat(parts, node.attrs.axis)]
  },
  windows: ({ b, node, dOut }) => {
    const { height, width } = imageAxes(at(node.src, 0).type.shape)
    const gradient = node.attrs.tapsFirst ? withTapsLast(b, gradientOf(dOut)) : gradientOf(dOut)
    return b.emit('unwindows', { ...node.attrs, tapsFirst: false, height, width }, [gradient])
  },
  unwindows: ({ b, node, dOut }) => {
    const { height: _height, width: _width, ...attrs } = node.attrs
    return [b.windows(gradientOf(dOut), attrs)]
  },
  normalize: ({ b, node, out, dOut }) => {
    const [dz, ...others] = dOut
    if (others.some((d) => d)) throw new ProgramError('normalize passes gradients through its first output only')
    if (!dz) return []
    const [x, scale] = node.src as [Value, Value]
    const [, normalized, inverse] = out as [Value, Value, Value]
    const axis = x.type.shape.length - 1
    const count = at(x.type.shape, axis)
    const dShift = b.sum(dz, [axis])
    const dNormalized = b.sum(b.mul(dz, normalized), [axis])
    const mixed = mixedRows(b, node, out)
    // z = scale * (factor * x̂ + offset) + shift.
    const dScale = mixed ? b.add(b.mul(mixed.factor, dNormalized), b.mul(mixed.offset, dShift)) : dNormalized
    const throughMean = b.scale(mixed ? b.mul(mixed.own, dShift) : dShift, 1 / count)
    const throughDeviation = b.scale(mixed ? b.mul(b.mul(mixed.own, mixed.factor), dScale) : dScale, 1 / count)
    // dx = scale * factor * inverse * (dz - own * mean(dz) - own * factor * x̂ * mean(dz * dz/dscale)), and both means are known.
    const centred = b.sub(b.sub(dz, b.mul(normalized, throughDeviation)), throughMean)
    const slope = b.mul(scale, mixed ? b.mul(mixed.factor, inverse) : inverse)
    return [b.mul(centred, slope), dScale, dShift]
  },
  logSoftmax: ({ b, out, dOut }) => {
    const [y, dy] = [at(out, 0), gradientOf(dOut)]
    return [b.sub(dy, b.mul(b.exp(y), b.sum(dy, [y.type.shape.length - 1])))]
  },
  repeat: () => {
    throw new ProgramError('repeat has no gradient: differentiate its body instead')
  },
}

/**
 * Of a normalisation with known statistics, for each row: the share `own` of x's statistics; and `factor` and `offset`, which make
 * what is normalised by both statistics of x̂, which is normalised by its own: with r = 1 / sqrt(v + epsilon), factor =
 * r / inverse and offset = share * (mean - knownMean) * r.
 */
function mixedRows(b: Builder, { attrs, src }: NodeOf<'normalize'>, out: readonly Value[]) {
  const [, , , knownMean, knownVariance, share] = src
  if (!knownMean || !knownVariance || !share) return undefined
  const [, , inverse, mean] = out as [Value, Value, Value, Value]
  const own = b.sub(b.scalar(1), share)
  const known = b.mul(share, b.add(knownVariance, b.scalar(attrs.epsilon)))
  const factor = b.div(b.scalar(1), b.sqrt(b.add(own, b.mul(known, b.mul(inverse, inverse)))))
  const offset = b.mul(b.mul(share, b.sub(mean, knownMean)), b.mul(factor, inverse))
  return { own, factor, offset }
}

const unaryGradient: Record<UnaryFunction, (b: Builder, x: Value, y: Value, dy: Value) => Value | undefined> = {
  neg: (b, _x, _y, dy) => b.neg(dy),
  exp: (b, _x, y, dy) => b.mul(dy, y),
  log: (b, x, _y, dy) => b.div(dy, x),
  sqrt: (b, _x, y, dy) => b.div(b.scale(dy, 0.5), y),
  tanh: (b, _x, y, dy) => b.mul(dy, b.sub(b.scalar(1), b.mul(y, y))),
  relu: (b, _x, y, dy) => b.mul(dy, b.unary('step', y)),
  step: () => undefined,
}

type BinaryGradient = (b: Builder, x: Value, y: Value, z: Value, dz: Value) => (Value | undefined)[]

/** The greater one of two operands takes the gradient; of two equal ones, the right one. */
const chosen =
  (greater: 'x' | 'y'): BinaryGradient =>
  (b, x, y, _z, dz) => {
    const first = greater === 'x' ? b.binary('greater', x, y) : b.binary('greater', y, x)
    return [b.mul(dz, first), b.mul(dz, b.sub(b.scalar(1), first))]
  }

const binaryGradient: Record<BinaryFunction, BinaryGradient> = {
  add: (_b, _x, _y, _z, dz) => [dz, dz],
  sub: (b, _x, _y, _z, dz) => [dz, b.neg(dz)],
  mul: (b, x, y, _z, dz) => [b.mul(dz, y), b.mul(dz, x)],
  div: (b, _x, y, z, dz) => {
    const dx = b.div(dz, y)
    return [dx, b.neg(b.mul(dx, z))]
  },
  max: chosen('x'),
  min: chosen('y'),
  greater: () => [undefined, undefined],
  equal: () => [undefined, undefined],
}

function gradientOf(dOut: readonly (Value | undefined)[]): Value {
  const [gradient] = dOut
  if (!gradient) throw new ProgramError('a gradient rule was called without a gradient')
  return gradient
}

/** [..., taps, h, w, n, c] -> [..., h, w, n, taps * c] */
function withTapsLast(b: Builder, x: Value): Value {
  const first = x.type.shape.length - 5
  const leading = x.type.shape.slice(0, first)
  const [taps, height, width, examples, channels] = x.type.shape.slice(first) as [
    number,
    number,
    number,
    number,
    number,
  ]
  const perm = [...leading.keys(), first + 1, first + 2, first + 3, first, first + 4]
  return b.reshape(b.transpose(x, perm), [...leading, height, width, examples, taps * channels])
}

/** The transpose of broadcasting: sums over the axes on which `shape` was stretched. */
function sumTo(b: Builder, gradient: Value, shape: Shape): Value {
  const full = gradient.type.shape
  if (sameShape(full, shape)) return gradient
  const padded = [...Array<number>(full.length - shape.length).fill(1), ...shape]
  const axes = padded.flatMap((length, axis) => (length === 1 && full[axis] !== 1 ? [axis] : []))
  return b.reshape(axes.length > 0 ? b.sum(gradient, axes) : gradient, shape)
}
