/** Lowers a Program to an ONNX graph: one table, op -> nodes. What is fast on onnxruntime's CPU kernels decides which nodes. */
import type { BinaryFunction, Op, UnaryFunction } from '../../program/ops.js'
import { imageAxes } from '../../program/ops.js'
import type { Node, NodeOf, Program, Value } from '../../program/program.js'
import { at, paramsOf, sizeOf } from '../../program/program.js'
import { type ConvolutionGradient, convolutionGradient, rowParts, splitByPhase } from '../lowering/peepholes.js'
import { elementTypes, type Graph, type ValueInfo } from './format.js'
import { freshNames, GraphWriter } from './graph-writer.js'
import { joinPhases, lowerInputGradient, lowerUnwindows, lowerWindows } from './windows.js'

interface Lowering<K extends Op> {
  readonly graph: GraphWriter
  readonly node: NodeOf<K>
  /** The ONNX names of the node's sources. */
  readonly src: readonly string[]
  /** Where the node stands, and the ONNX names of the values before it: for the few rules that look further back. */
  readonly program: Program
  readonly names: (value: Value) => string
}

type Rule<K extends Op> = (lowering: Lowering<K>) => string[]

export function lower(program: Program): Graph {
  const inputs: ValueInfo[] = paramsOf(program).map(({ name, type }) => ({
    name,
    type: type.dtype === 'i32' ? 'int32' : 'float',
    shape: type.shape,
  }))
  const graph = new GraphWriter(freshNames(inputs.map(({ name }) => name)))
  const names = lowerNodes(graph, program, new Map(inputs.map(({ name }) => [name, name])))
  const own = ownNames(
    graph,
    inputs.map(({ name }) => name),
  )
  const outputs = program.outputs.map(({ value }): ValueInfo => {
    return {
      name: own(names(value)),
      type: 'float',
      shape: isStack(program, value) ? [-1, ...value.type.shape.slice(1)] : value.type.shape,
    }
  })
  return graph.finish('program', inputs, outputs)
}

/** Every output of a graph must be a name of its own, made inside: a copy is written where it is an input or already taken. */
function ownNames(graph: GraphWriter, inputs: readonly string[]): (name: string) => string {
  const taken = new Set(inputs)
  return (name) => {
    const own = taken.has(name) || graph.isConstant(name) ? graph.op('Identity', [name]) : name
    taken.add(own)
    return own
  }
}

/** The stacked outputs of a repeat have as many rows as steps were run. */
function isStack(program: Program, value: Value): boolean {
  const node = at(program.nodes, value.node)
  return node.op === 'repeat' && value.output >= node.attrs.carried
}

/**
 * Gives the ONNX name of a value, writing its node (and what that needs) when it is first asked for: what a peephole has
 * replaced is never written. `params` gives the names of the program's parameters.
 */
function lowerNodes(
  graph: GraphWriter,
  program: Program,
  params: ReadonlyMap<string, string>,
): (value: Value) => string {
  const written = new Map<number, string[]>()
  const nameOf = (value: Value): string => {
    const known = written.get(value.node) ?? write(at(program.nodes, value.node))
    written.set(value.node, known)
    return at(known, value.output)
  }
  const write = (node: Node): string[] => {
    if (node.op === 'param') return [params.get(node.attrs.name) as string]
    const rule = rules[node.op] as (lowering: Lowering<Op>) => string[]
    return rule({
      graph,
      program,
      names: nameOf,
      node: node as NodeOf<Op>,
      get src() {
        return node.src.map(nameOf)
      },
    })
  }
  return nameOf
}

const unaryOps: Record<Exclude<UnaryFunction, 'step'>, string> = {
  neg: 'Neg',
  exp: 'Exp',
  log: 'Log',
  sqrt: 'Sqrt',
  tanh: 'Tanh',
  relu: 'Relu',
}
const binaryOps: Record<BinaryFunction, string> = {
  add: 'Add',
  sub: 'Sub',
  mul: 'Mul',
  div: 'Div',
  max: 'Max',
  min: 'Min',
  greater: 'Greater',
  equal: 'Equal',
}
const rules: { readonly [K in Exclude<Op, 'param'>]: Rule<K> } = {
  const: ({ graph, node }) => [graph.floats(node.attrs.data, node.attrs.shape)],
  unary: ({ graph, node, src }) => {
    const { fn } = node.attrs
    // 1 where x > 0: a clipped line is one pass; Sign, or Greater and Cast, are several times slower.
    if (fn === 'step') return [graph.op('HardSigmoid', src, { alpha: { float: 3e38 }, beta: { float: 0 } })]
    return [graph.op(unaryOps[fn], src)]
  },
  binary: ({ graph, node, src }) => {
    const { fn } = node.attrs
    const result = graph.op(binaryOps[fn], src)
    return [fn === 'greater' || fn === 'equal' ? graph.op('Cast', [result], { to: elementTypes.float }) : result]
  },
  select: ({ graph, src: [condition, a, b] }) => [
    graph.op('Where', [graph.op('Cast', [condition as string], { to: elementTypes.bool }), a as string, b as string]),
  ],
  matmul: ({ graph, node, src }) => {
    const { transA, transB } = node.attrs
    if (!transA && !transB) return [graph.op('MatMul', src)]
    return [graph.op('FusedMatMul', src, { transA: Number(transA), transB: Number(transB) })]
  },
  reduce: ({ graph, node, src }) => {
    const axes = graph.int64s(node.attrs.axes)
    return [graph.op(node.attrs.fn === 'sum' ? 'ReduceSum' : 'ReduceMax', [...src, axes], { keepdims: 1 })]
  },
  expand: ({ graph, node, src }) => [graph.op('Expand', [...src, graph.int64s(node.attrs.shape)])],
  reshape: ({ graph, node, src }) => [graph.reshape(at(src, 0), node.attrs.shape)],
  transpose: ({ graph, node, src }) => [graph.op('Transpose', src, { perm: node.attrs.perm })],
  concat: ({ graph, node, src }) => [graph.op('Concat', src, { axis: node.attrs.axis })],
  split: (lowering) => {
    const { graph, node, program } = lowering
    const convolution = splitByPhase(program, node)
    if (convolution?.clients === 1)
      return phaseProducts(lowering, convolution).map((product, part) =>
        graph.reshape(product, at(node.out, part).shape),
      )
    return graph.ops('Split', [...lowering.src, graph.int64s(node.attrs.sizes)], node.attrs.sizes.length, {
      axis: node.attrs.axis,
    })
  },
  windows: ({ graph, node, program, names }) => {
    const images = at(node.src, 0)
    const parts = sizeOf(imageAxes(images.type.shape).leading) === 1 ? rowParts(program, images) : [images]
    return [graph.reshape(lowerWindows(graph, parts.map(names), images.type.shape, node.attrs), at(node.out, 0).shape)]
  },
  unwindows: (lowering) => {
    const { graph, node, program } = lowering
    const shape = at(node.out, 0).shape
    const convolution = convolutionGradient(program, node)
    const rows =
      convolution?.clients === 1
        ? joinPhases(graph, phaseProducts(lowering, convolution), shape, node.attrs)
        : lowerUnwindows(graph, at(lowering.src, 0), shape, node.attrs)
    return [graph.reshape(rows, shape)]
  },
  normalize: ({ graph, node, src: [x, scale, shift, knownMean, knownVariance, share] }) => {
    const shape = at(node.src, 0).type.shape
    const ones = graph.floats(new Float32Array(at(shape, shape.length - 1)).fill(1), [at(shape, shape.length - 1)])
    const [normalized, mean, inverse] = graph.ops('LayerNormalization', [x as string, ones], 3, {
      axis: -1,
      epsilon: { float: node.attrs.epsilon },
    }) as [string, string, string]
    const known = knownMean && knownVariance && share ? { mean: knownMean, variance: knownVariance, share } : undefined
    const rows = { scale: scale as string, shift: shift as string }
    const used = known ? mixedRows(graph, node.attrs.epsilon, { ...rows, mean, inverse, known }) : rows
    const value = graph.op('Add', [graph.op('Mul', [normalized, used.scale]), used.shift])
    return [value, normalized, inverse, mean]
  },
  logSoftmax: ({ graph, src }) => [graph.op('LogSoftmax', src, { axis: -1 })],
  repeat: ({ graph, node, src }) => {
    const { body, carried, sliced } = node.attrs
    const [trips, ...values] = src as [string, ...string[]]
    const inner = graph.body()
    const [iteration, condition] = [inner.name(), inner.name()]
    const states: ValueInfo[] = paramsOf(body)
      .slice(0, carried)
      .map(({ type }) => ({ name: inner.name(), type: 'float', shape: type.shape }))
    const params = paramsOf(body).map(({ name }, index): [string, string] => {
      const value = at(values, index)
      if (index < carried) return [name, at(states, index).name]
      return [name, index < carried + sliced ? inner.op('Gather', [value, iteration], { axis: 0 }) : value]
    })
    const names = lowerNodes(inner, body, new Map(params))
    const own = ownNames(inner, [...values, ...states.map(({ name }) => name)])
    const results = body.outputs.map(
      ({ value }): ValueInfo => ({ name: own(names(value)), type: 'float', shape: value.type.shape }),
    )
    const goOn: ValueInfo = { name: inner.op('Identity', [condition]), type: 'bool', shape: [] }
    const inputs: ValueInfo[] = [
      { name: iteration, type: 'int64', shape: [] },
      { name: condition, type: 'bool', shape: [] },
      ...states,
    ]
    const count = graph.op('Cast', [trips], { to: elementTypes.int64 })
    const graphOfBody = inner.finish('body', inputs, [goOn, ...results])
    return graph.ops('Loop', [count, '', ...values.slice(0, carried)], results.length, { body: { graph: graphOfBody } })
  },
}

function phaseProducts(
  { graph, names }: Pick<Lowering<Op>, 'graph' | 'names'>,
  { gradient, weight, shape, attrs }: ConvolutionGradient,
): string[] {
  const out = at(weight.type.shape, weight.type.shape.length - 1)
  return lowerInputGradient(graph, names(gradient), names(weight), shape, out, attrs)
}

/**
 * Scale and shift of x̂, which is normalised by its own statistics, for what is normalised by known ones, too: with
 * r = 1 / sqrt(v + epsilon) scale * r / inverse and shift + scale * share * (mean - known mean) * r (program/ops.ts).
 */
function mixedRows(
  graph: GraphWriter,
  epsilon: number,
  rows: {
    readonly scale: string
    readonly shift: string
    readonly mean: string
    readonly inverse: string
    readonly known: { readonly mean: string; readonly variance: string; readonly share: string }
  },
): { scale: string; shift: string } {
  const { scale, shift, mean, inverse, known } = rows
  const number = (value: number) => graph.floats(Float32Array.of(value), [])
  const own = graph.op('Sub', [number(1), known.share])
  const constant = graph.op('Mul', [known.share, graph.op('Add', [known.variance, number(epsilon)])])
  const square = graph.op('Add', [own, graph.op('Mul', [constant, graph.op('Mul', [inverse, inverse])])])
  const factor = graph.op('Mul', [scale, graph.op('Reciprocal', [graph.op('Sqrt', [square])])])
  const distance = graph.op('Mul', [known.share, graph.op('Sub', [mean, known.mean])])
  const offset = graph.op('Mul', [distance, graph.op('Mul', [factor, inverse])])
  return { scale: factor, shift: graph.op('Add', [shift, offset]) }
}
