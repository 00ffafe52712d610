/** Writes one ONNX graph node by node; the graph of a loop's body sees the names of the graph around it. */
import type { AttributeValue, ElementType, Graph, GraphNode, Initializer, ValueInfo } from './format.js'

export class GraphWriter {
  private readonly nodes: GraphNode[] = []
  private readonly initializers: Initializer[] = []
  private readonly constants = new Map<string, string>()
  /** What a reshape was made of. */
  private readonly reshaped = new Map<string, string>()

  /** `name` hands out names that are unique in the whole model; constants of a body are kept in the outermost graph. */
  constructor(
    readonly name: () => string,
    private readonly outer?: GraphWriter,
  ) {}

  body(): GraphWriter {
    return new GraphWriter(this.name, this)
  }

  op(opType: string, input: readonly string[], attributes: Readonly<Record<string, AttributeValue>> = {}): string {
    return this.ops(opType, input, 1, attributes)[0] as string
  }

  ops(
    opType: string,
    input: readonly string[],
    outputs: number,
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): string[] {
    const output = Array.from({ length: outputs }, () => this.name())
    // The operators of onnxruntime itself that the lowering uses.
    const domain = opType === 'FusedMatMul' ? 'com.microsoft' : ''
    this.nodes.push({ opType, domain, input, output, attributes })
    return output
  }

  /** Reshapes in a row are one: each node costs about a microsecond, which small steps feel. */
  reshape(x: string, shape: readonly number[]): string {
    const output = this.op('Reshape', [this.reshaped.get(x) ?? x, this.int64s(shape)])
    this.reshaped.set(output, this.reshaped.get(x) ?? x)
    return output
  }

  floats(data: Float32Array, shape: readonly number[]): string {
    return this.constant('float', data, shape)
  }

  /** Shapes, axes and sizes. */
  int64s(values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.constant('int64', BigInt64Array.from(values, BigInt), shape)
  }

  /** Index tables. */
  int32s(data: Int32Array): string {
    return this.constant('int32', data, [data.length])
  }

  isConstant(name: string): boolean {
    return this.outer?.isConstant(name) ?? this.initializers.some((initializer) => initializer.name === name)
  }

  finish(name: string, inputs: readonly ValueInfo[], outputs: readonly ValueInfo[]): Graph {
    return { name, nodes: neededNodes(this.nodes, outputs), initializers: this.initializers, inputs, outputs }
  }

  private constant(type: ElementType, data: Initializer['data'], shape: readonly number[]): string {
    if (this.outer) return this.outer.constant(type, data, shape)
    const content = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1')
    const key = `${type}[${shape}]${content}`
    const known = this.constants.get(key)
    if (known !== undefined) return known
    const name = this.name()
    this.initializers.push({ name, type, shape, data })
    this.constants.set(key, name)
    return name
  }
}

/** Names that nothing else has: they start as none of `taken` does. */
export function freshNames(taken: readonly string[]): () => string {
  let prefix = '%'
  while (taken.some((name) => name.startsWith(prefix))) prefix += '%'
  let next = 0
  return () => `${prefix}${next++}`
}

/** What a peephole or a joined reshape has left without a reader is left out. */
function neededNodes(nodes: readonly GraphNode[], outputs: readonly ValueInfo[]): GraphNode[] {
  const read = new Set(outputs.map(({ name }) => name))
  const needed: GraphNode[] = []
  for (const node of nodes.toReversed()) {
    if (!node.output.some((name) => read.has(name))) continue
    for (const name of namesRead(node)) read.add(name)
    needed.push(node)
  }
  return needed.reverse()
}

/** The node's inputs, and what the bodies in its attributes read. */
function namesRead({ input, attributes }: GraphNode): string[] {
  const bodies = Object.values(attributes).flatMap((value) =>
    typeof value === 'object' && 'graph' in value ? [value.graph] : [],
  )
  return [
    ...input,
    ...bodies.flatMap(({ nodes, outputs }) => [...nodes.flatMap(namesRead), ...outputs.map(({ name }) => name)]),
  ]
}
