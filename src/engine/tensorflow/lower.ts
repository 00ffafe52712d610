/** Lowers a Program to functions of a TensorFlow graph: one table, op -> nodes. */
import type { BinaryFunction, Op, UnaryFunction } from '../../program/ops.js'
import type { Node, NodeOf, Program, Value } from '../../program/program.js'
import { at, paramsOf } from '../../program/program.js'
import { type ConvolutionGradient, convolutionGradient, rowParts, splitByPhase } from '../lowering/peepholes.js'
import type { Argument, Attribute, GraphFunction } from './format.js'
import { FunctionWriter, type Ref } from './function-writer.js'
import {
  cast,
  compared,
  concat,
  elementwise,
  gather,
  matmul,
  reduced,
  reshape,
  scalar,
  transpose,
} from './operations.js'
import { joinPhases, lowerInputGradient, lowerUnwindows, lowerWindows } from './windows.js'

interface Lowering<K extends Op> {
  readonly f: FunctionWriter
  readonly node: NodeOf<K>
  readonly src: readonly Ref[]
  /** Where the node stands, and the values before it: for the few rules that look further back. */
  readonly program: Program
  readonly refs: (value: Value) => Ref
}

type Rule<K extends Op> = (lowering: Lowering<K>) => Ref[]

/** The program as the function `name`, and behind it those that it calls; its arguments and results are in the program's order. */
export function lower(
  program: Program,
  name: string,
  attributes: Readonly<Record<string, Attribute>> = {},
): [GraphFunction, ...GraphFunction[]] {
  const library: GraphFunction[] = []
  const f = new FunctionWriter(name, argumentsOf(program), library)
  const results = lowerNodes(f, program, f.arguments)
  return [f.finish(results, attributes), ...library]
}

export function argumentsOf(program: Program): Argument[] {
  return paramsOf(program).map(({ type: { dtype, shape } }, index) => {
    return { name: `p${index}`, type: dtype === 'i32' ? 'int32' : 'float', shape }
  })
}

/** Writes each node when it is first asked for: what a peephole has replaced is never written. */
function lowerNodes(f: FunctionWriter, program: Program, params: readonly Ref[]): Ref[] {
  const byName = new Map(paramsOf(program).map(({ name }, index) => [name, at(params, index)]))
  const written = new Map<number, readonly Ref[]>()
  const refs = (value: Value): Ref => {
    const known = written.get(value.node) ?? write(at(program.nodes, value.node))
    written.set(value.node, known)
    return at(known, value.output)
  }
  const write = (node: Node): readonly Ref[] => {
    if (node.op === 'param') return [byName.get(node.attrs.name) as Ref]
    const rule = rules[node.op] as (lowering: Lowering<Op>) => Ref[]
    return rule({
      f,
      program,
      refs,
      node: node as NodeOf<Op>,
      get src() {
        return node.src.map(refs)
      },
    })
  }
  return program.outputs.map(({ value }) => refs(value))
}

const unaryOps: Record<Exclude<UnaryFunction, 'step'>, string> = {
  neg: 'Neg',
  exp: 'Exp',
  log: 'Log',
  sqrt: 'Sqrt',
  tanh: 'Tanh',
  relu: 'Relu',
}
const binaryOps: Record<Exclude<BinaryFunction, 'greater' | 'equal'>, string> = {
  add: 'AddV2',
  sub: 'Sub',
  mul: 'Mul',
  div: 'RealDiv',
  max: 'Maximum',
  min: 'Minimum',
}
const comparisons = { greater: 'Greater', equal: 'Equal' } as const

const rules: { readonly [K in Exclude<Op, 'param'>]: Rule<K> } = {
  const: ({ f, node }) => [f.floats(node.attrs.data, node.attrs.shape)],
  unary: ({ f, node, src }) => {
    const { fn } = node.attrs
    const [x] = src as [Ref]
    if (fn === 'step') return [cast(f, compared(f, 'Greater', [x, scalar(f, 0)], x.shape), 'float')]
    return [elementwise(f, unaryOps[fn], src, x.shape)]
  },
  binary: ({ f, node, src }) => {
    const { fn } = node.attrs
    const { shape } = at(node.out, 0)
    if (fn === 'greater' || fn === 'equal') return [cast(f, compared(f, comparisons[fn], src, shape), 'float')]
    return [elementwise(f, binaryOps[fn], src, shape)]
  },
  select: ({ f, src }) => {
    const [condition, a, b] = src as [Ref, Ref, Ref]
    const isSet = compared(f, 'NotEqual', [condition, scalar(f, 0)], condition.shape)
    return [{ ...f.op('SelectV2', [isSet, a, b], a.shape, { T: { type: 'float' } }), type: 'float' }]
  },
  matmul: ({ f, node, src: [a, b] }) => [matmul(f, a as Ref, b as Ref, node.attrs.transA, node.attrs.transB)],
  reduce: ({ f, node, src: [x] }) => [reduced(f, node.attrs.fn === 'sum' ? 'Sum' : 'Max', x as Ref, node.attrs.axes)],
  expand: ({ f, node, src: [x] }) => {
    const { shape } = node.attrs
    return [f.op('BroadcastTo', [x as Ref, f.int32s(shape)], shape, { T: { type: 'float' }, Tidx: { type: 'int32' } })]
  },
  reshape: ({ f, node, src: [x] }) => [reshape(f, x as Ref, node.attrs.shape)],
  transpose: ({ f, node, src: [x] }) => [transpose(f, x as Ref, node.attrs.perm)],
  concat: ({ f, node, src }) => [concat(f, src, node.attrs.axis)],
  split: (lowering) => {
    const { f, node, program } = lowering
    const convolution = splitByPhase(program, node)
    if (convolution)
      return phaseProducts(lowering, convolution).map((product, part) => reshape(f, product, at(node.out, part).shape))
    const { axis, sizes } = node.attrs
    if (sizes.length === 1) return [...lowering.src]
    const attributes = { num_split: { int: sizes.length }, T: { type: 'float' }, Tlen: { type: 'int32' } } as const
    const src = [...lowering.src, f.int32s(sizes), f.int32s([axis], [])]
    const outputs = node.out.map(({ shape }) => ({ type: 'float', shape }) as const)
    return f.ops('SplitV', src, outputs, attributes)
  },
  windows: ({ f, node, program, refs }) => {
    const images = at(node.src, 0)
    const parts = rowParts(program, images).map(refs)
    return [reshape(f, lowerWindows(f, parts, images.type.shape, node.attrs), at(node.out, 0).shape)]
  },
  unwindows: (lowering) => {
    const { f, node, program } = lowering
    const { shape } = at(node.out, 0)
    const convolution = convolutionGradient(program, node)
    const rows = convolution
      ? joinPhases(f, phaseProducts(lowering, convolution), shape, node.attrs)
      : lowerUnwindows(f, at(lowering.src, 0), shape, node.attrs)
    return [reshape(f, rows, shape)]
  },
  normalize: ({ f, node, src }) => {
    const [x, scale, shift, knownMean, knownVariance, share] = src as [Ref, Ref, Ref, Ref?, Ref?, Ref?]
    const perRow = scale.shape
    const last = [x.shape.length - 1]
    const binary = (op: string, a: Ref, b: Ref, shape: readonly number[]) => elementwise(f, op, [a, b], shape)
    const mean = reduced(f, 'Mean', x, last)
    const centred = binary('Sub', x, mean, x.shape)
    const variance = reduced(f, 'Mean', elementwise(f, 'Square', [centred], x.shape), last)
    const inverseOf = (v: Ref) =>
      elementwise(f, 'Rsqrt', [binary('AddV2', v, scalar(f, node.attrs.epsilon), perRow)], perRow)
    const inverse = inverseOf(variance)
    const normalized = binary('Mul', centred, inverse, x.shape)
    if (!knownMean || !knownVariance || !share) {
      const value = binary('AddV2', binary('Mul', normalized, scale, x.shape), shift, x.shape)
      return [value, normalized, inverse, mean]
    }
    // own + share * (known - own), as program/ops.ts has it; then one scale and one shift a row.
    const mixed = (own: Ref, known: Ref) =>
      binary('AddV2', own, binary('Mul', share, binary('Sub', known, own, perRow), perRow), perRow)
    const factor = binary('Mul', scale, inverseOf(mixed(variance, knownVariance)), perRow)
    const distance = binary('Mul', share, binary('Sub', mean, knownMean, perRow), perRow)
    const offset = binary('AddV2', shift, binary('Mul', distance, factor, perRow), perRow)
    return [binary('AddV2', binary('Mul', centred, factor, x.shape), offset, x.shape), normalized, inverse, mean]
  },
  logSoftmax: ({ f, src: [x] }) => [elementwise(f, 'LogSoftmax', [x as Ref], (x as Ref).shape)],
  repeat: ({ f, node, src }) => {
    const { body, carried, sliced } = node.attrs
    const [trips, ...values] = src as [Ref, ...Ref[]]
    const stacks = node.out
      .slice(carried)
      .map(({ shape }) => f.floats(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape))
    const zero = f.int32s([0], [])
    const state = [zero, trips, ...values.slice(0, carried), ...stacks, ...values.slice(carried)]
    const inputs = state.map(({ type, shape }, index): Argument => ({ name: `s${index}`, type, shape }))
    const goOn = f.define('goOn', inputs, (inner, [step, last]) => [
      compared(inner, 'Less', [step as Ref, last as Ref], []),
    ])
    const round = f.define('round', inputs, (inner, all) => {
      const [step, last, ...others] = all as [Ref, Ref, ...Ref[]]
      const own = others.slice(0, carried)
      const rows = others.slice(carried, carried + stacks.length)
      const fixed = others.slice(carried + stacks.length)
      const slices = fixed.slice(0, sliced).map((value) => gather(inner, value, step, 0))
      const results = lowerNodes(inner, body, [...own, ...slices, ...fixed.slice(sliced)])
      const place = reshape(inner, step, [1, 1])
      const stacked = rows.map((stack, index) => {
        const result = at(results, carried + index)
        const row = reshape(inner, result, [1, ...result.shape])
        const attributes = { T: { type: 'float' }, Tindices: { type: 'int32' } } as const
        return inner.op('TensorScatterUpdate', [stack, place, row], stack.shape, attributes)
      })
      const next = elementwise(inner, 'AddV2', [step, inner.int32s([1], [])], [])
      return [next, last, ...results.slice(0, carried), ...stacked, ...fixed]
    })
    const outputs = f.ops('StatelessWhile', state, state, {
      T: { types: state.map(({ type }) => type) },
      cond: { function: goOn },
      body: { function: round },
      output_shapes: { shapes: state.map(({ shape }) => shape) },
      parallel_iterations: { int: 1 },
    })
    return outputs.slice(2, 2 + carried + stacks.length)
  },
}

function phaseProducts(
  { f, refs }: Pick<Lowering<Op>, 'f' | 'refs'>,
  { gradient, weight, shape, attrs }: ConvolutionGradient,
): Ref[] {
  return lowerInputGradient(f, refs(gradient), refs(weight), shape, attrs)
}
