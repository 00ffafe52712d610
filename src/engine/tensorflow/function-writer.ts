/** Writes one function of a TensorFlow graph node by node. */
import type { Argument, Attribute, ElementType, GraphFunction, GraphNode } from './format.js'

/** A value inside a function, by the name under which nodes read it. */
export interface Ref {
  readonly source: string
  readonly type: ElementType
  readonly shape: readonly number[]
}

/** What operations call their (first) output; `output` where it is not here. Functions name the outputs that they read. */
const outputNames: Readonly<Record<string, string>> = {
  ...names('z', ['AddV2', 'Sub', 'Mul', 'RealDiv', 'Maximum', 'Minimum', 'Greater', 'Less', 'Equal', 'NotEqual']),
  ...names('y', ['Neg', 'Exp', 'Log', 'Sqrt', 'Rsqrt', 'Square', 'Tanh', 'Cast', 'Transpose']),
  Relu: 'activations',
  LogSoftmax: 'logsoftmax',
  MatMul: 'product',
}

function names(output: string, ops: readonly string[]): Record<string, string> {
  return Object.fromEntries(ops.map((op) => [op, output]))
}

export class FunctionWriter {
  private readonly nodes: GraphNode[] = []
  private readonly constants = new Map<string, Ref>()

  /** `library` takes the functions that this one calls. */
  constructor(
    private readonly name: string,
    private readonly inputs: readonly Argument[],
    private readonly library: GraphFunction[],
  ) {}

  /** The arguments as values. */
  get arguments(): Ref[] {
    return this.inputs.map(({ name, type, shape }) => ({ source: name, type, shape }))
  }

  /** A node of one output, taken to be of the type of the first input. */
  op(
    op: string,
    input: readonly Ref[],
    shape: readonly number[],
    attributes: Readonly<Record<string, Attribute>>,
  ): Ref {
    return this.ops(op, input, [{ type: input[0]?.type ?? 'float', shape }], attributes)[0] as Ref
  }

  /** A node whose outputs are one list. */
  ops(
    op: string,
    input: readonly Ref[],
    outputs: readonly { readonly type: ElementType; readonly shape: readonly number[] }[],
    attributes: Readonly<Record<string, Attribute>>,
  ): Ref[] {
    const name = `n${this.nodes.length}`
    this.nodes.push({ name, op, input: input.map(({ source }) => source), attributes })
    const output = outputNames[op] ?? 'output'
    return outputs.map(({ type, shape }, index) => ({ source: `${name}:${output}:${index}`, type, shape }))
  }

  floats(data: Float32Array, shape: readonly number[]): Ref {
    return this.constant('float', data, shape)
  }

  /** Shapes, axes, permutations and tables. */
  int32s(values: readonly number[] | Int32Array, shape: readonly number[] = [values.length]): Ref {
    return this.constant('int32', Int32Array.from(values), shape)
  }

  /** A function beside this one; gives its name. */
  define(
    name: string,
    inputs: readonly Argument[],
    write: (writer: FunctionWriter, values: readonly Ref[]) => readonly Ref[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    const inner = new FunctionWriter(`${this.name}_${name}${this.nodes.length}`, inputs, this.library)
    this.library.push(inner.finish(write(inner, inner.arguments), attributes))
    return inner.name
  }

  finish(results: readonly Ref[], attributes: Readonly<Record<string, Attribute>> = {}): GraphFunction {
    const outputs = results.map(({ source, type, shape }, index) => ({ name: `r${index}`, type, shape, source }))
    return { name: this.name, inputs: this.inputs, outputs, nodes: this.nodes, attributes }
  }

  private constant(type: ElementType, data: Float32Array | Int32Array, shape: readonly number[]): Ref {
    const content = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1')
    const key = `${type}[${shape}]${content}`
    const known = this.constants.get(key)
    if (known) return known
    const ref: Ref = {
      ...this.op('Const', [], shape, { dtype: { type }, value: { tensor: { type, shape, data } } }),
      type,
    }
    this.constants.set(key, ref)
    return ref
  }
}
