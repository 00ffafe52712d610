/** The part of TensorFlow's SavedModel format that the lowering writes, as a protobuf schema (field numbers from its .proto files). */
import protobuf from 'protobufjs'

/** Of tensorflow/core/framework/types.proto. */
export const elementTypes = { float: 1, int32: 3, bool: 10 } as const
export type ElementType = keyof typeof elementTypes

export type Attribute =
  | { readonly type: ElementType }
  | { readonly types: readonly ElementType[] }
  | { readonly int: number }
  | { readonly bool: boolean }
  | { readonly text: string }
  | { readonly shape: readonly number[] }
  | { readonly shapes: readonly (readonly number[])[] }
  | { readonly tensor: TensorValue }
  /** The name of a function of the library. */
  | { readonly function: string }

export interface TensorValue {
  readonly type: ElementType
  readonly shape: readonly number[]
  readonly data: Float32Array | Int32Array
}
/** `input`: what another node gives. In a function as `node:output argument:index` or the name of an argument, in the graph as `node:index`. */
export interface GraphNode {
  readonly name: string
  readonly op: string
  readonly input: readonly string[]
  readonly attributes: Readonly<Record<string, Attribute>>
}
export interface Argument {
  readonly name: string
  readonly type: ElementType
  readonly shape: readonly number[]
}
export interface GraphFunction {
  readonly name: string
  readonly inputs: readonly Argument[]
  /** `source`: the value that is returned under the name. */
  readonly outputs: readonly (Argument & { readonly source: string })[]
  readonly nodes: readonly GraphNode[]
  readonly attributes: Readonly<Record<string, Attribute>>
}
/** Tensors of the graph that a call feeds and fetches together, by the caller's names; each with its own name in the graph. */
export interface Signature {
  readonly inputs: Readonly<Record<string, Argument>>
  readonly outputs: Readonly<Record<string, Argument>>
}
export interface SavedModel {
  readonly nodes: readonly GraphNode[]
  readonly functions: readonly GraphFunction[]
  readonly signatures: Readonly<Record<string, Signature>>
}

/** Graphs of this version are understood by TensorFlow 2.9 and all later ones. */
const GRAPH_VERSION = 1087
export const TAG = 'serve'

const field = (type: string, id: number) => ({ type, id })
const list = (type: string, id: number) => ({ rule: 'repeated', type, id })
const map = (type: string, id: number) => ({ keyType: 'string', type, id })

const root = protobuf.Root.fromJSON({
  nested: {
    SavedModel: { fields: { schemaVersion: field('int64', 1), metaGraphs: list('MetaGraph', 2) } },
    MetaGraph: {
      fields: { info: field('MetaInfo', 1), graph: field('Graph', 2), signatures: map('Signature', 5) },
    },
    MetaInfo: { fields: { tags: list('string', 4) } },
    Graph: { fields: { node: list('Node', 1), library: field('Library', 2), versions: field('Versions', 4) } },
    Versions: { fields: { producer: field('int32', 1) } },
    Library: { fields: { function: list('Function', 1) } },
    Function: {
      fields: {
        signature: field('Operation', 1),
        node: list('Node', 3),
        ret: map('string', 4),
        attr: map('Attribute', 5),
      },
    },
    Operation: {
      fields: { name: field('string', 1), inputArg: list('Argument', 2), outputArg: list('Argument', 3) },
    },
    Argument: { fields: { name: field('string', 1), type: field('int32', 3) } },
    Node: {
      fields: {
        name: field('string', 1),
        op: field('string', 2),
        input: list('string', 3),
        attr: map('Attribute', 5),
      },
    },
    Attribute: {
      oneofs: { value: { oneof: ['list', 's', 'i', 'b', 'type', 'shape', 'tensor', 'func'] } },
      fields: {
        list: field('List', 1),
        s: field('bytes', 2),
        i: field('int64', 3),
        b: field('bool', 5),
        type: field('int32', 6),
        shape: field('Shape', 7),
        tensor: field('Tensor', 8),
        func: field('NamedFunction', 10),
      },
    },
    List: { fields: { type: list('int32', 6), shape: list('Shape', 7) } },
    NamedFunction: { fields: { name: field('string', 1) } },
    Shape: { fields: { dim: list('Dimension', 2) } },
    Dimension: { fields: { size: field('int64', 1) } },
    Tensor: {
      fields: { dtype: field('int32', 1), tensorShape: field('Shape', 2), tensorContent: field('bytes', 4) },
    },
    Signature: {
      fields: { inputs: map('TensorInfo', 1), outputs: map('TensorInfo', 2), methodName: field('string', 3) },
    },
    TensorInfo: {
      fields: { name: field('string', 1), dtype: field('int32', 2), tensorShape: field('Shape', 3) },
    },
  },
})
const savedModelType = root.lookupType('SavedModel')

/** The bytes of saved_model.pb. */
export function encodeSavedModel({ nodes, functions, signatures }: SavedModel): Uint8Array {
  const graph = {
    node: nodes.map(nodeMessage),
    library: { function: functions.map(functionMessage) },
    versions: { producer: GRAPH_VERSION },
  }
  const metaGraph = { info: { tags: [TAG] }, graph, signatures: mapped(signatures, signatureMessage) }
  return savedModelType.encode({ schemaVersion: 1, metaGraphs: [metaGraph] }).finish()
}

function nodeMessage({ name, op, input, attributes }: GraphNode): object {
  return { name, op, input, attr: mapped(attributes, attributeMessage) }
}

function functionMessage({ name, inputs, outputs, nodes, attributes }: GraphFunction): object {
  const argument = ({ name, type }: Argument) => ({ name, type: elementTypes[type] })
  return {
    signature: { name, inputArg: inputs.map(argument), outputArg: outputs.map(argument) },
    node: nodes.map(nodeMessage),
    ret: Object.fromEntries(outputs.map(({ name, source }) => [name, source])),
    attr: mapped(attributes, attributeMessage),
  }
}

function attributeMessage(value: Attribute): object {
  if ('type' in value) return { type: elementTypes[value.type] }
  if ('types' in value) return { list: { type: value.types.map((type) => elementTypes[type]) } }
  if ('int' in value) return { i: value.int }
  if ('bool' in value) return { b: value.bool }
  if ('text' in value) return { s: Buffer.from(value.text) }
  if ('shape' in value) return { shape: shapeMessage(value.shape) }
  if ('shapes' in value) return { list: { shape: value.shapes.map(shapeMessage) } }
  if ('function' in value) return { func: { name: value.function } }
  return { tensor: tensorMessage(value.tensor) }
}

function tensorMessage({ type, shape, data }: TensorValue): object {
  const tensorContent = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return { dtype: elementTypes[type], tensorShape: shapeMessage(shape), tensorContent }
}

function signatureMessage({ inputs, outputs }: Signature): object {
  const info = ({ name, type, shape }: Argument) => ({
    name,
    dtype: elementTypes[type],
    tensorShape: shapeMessage(shape),
  })
  return { inputs: mapped(inputs, info), outputs: mapped(outputs, info), methodName: 'run' }
}

function shapeMessage(shape: readonly number[]): object {
  return { dim: shape.map((size) => ({ size })) }
}

function mapped<From, To>(record: Readonly<Record<string, From>>, to: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, to(value)]))
}
