/** The part of the ONNX format that the lowering writes, as a protobuf schema (field numbers from onnx.proto3). */
import protobuf from 'protobufjs'

export const elementTypes = { float: 1, int32: 6, int64: 7, bool: 9 } as const
export type ElementType = keyof typeof elementTypes

export type AttributeValue = number | { readonly float: number } | readonly number[] | { readonly graph: Graph }
export interface GraphNode {
  readonly opType: string
  readonly domain: string
  readonly input: readonly string[]
  readonly output: readonly string[]
  readonly attributes: Readonly<Record<string, AttributeValue>>
}
export interface Initializer {
  readonly name: string
  readonly type: ElementType
  readonly shape: readonly number[]
  readonly data: Float32Array | Int32Array | BigInt64Array
}
/** A dimension that is not known until run time is -1. */
export interface ValueInfo {
  readonly name: string
  readonly type: ElementType
  readonly shape: readonly number[]
}
export interface Graph {
  readonly name: string
  readonly nodes: readonly GraphNode[]
  readonly initializers: readonly Initializer[]
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
}

const OPSET = 21
const IR_VERSION = 10

const field = (type: string, id: number) => ({ type, id })
const list = (type: string, id: number) => ({ rule: 'repeated', type, id })

const root = protobuf.Root.fromJSON({
  nested: {
    Model: {
      fields: {
        irVersion: field('int64', 1),
        producerName: field('string', 2),
        graph: field('Graph', 7),
        opsetImport: list('Opset', 8),
      },
    },
    Opset: { fields: { domain: field('string', 1), version: field('int64', 2) } },
    Graph: {
      fields: {
        node: list('Node', 1),
        name: field('string', 2),
        initializer: list('Tensor', 5),
        input: list('ValueInfo', 11),
        output: list('ValueInfo', 12),
      },
    },
    Node: {
      fields: {
        input: list('string', 1),
        output: list('string', 2),
        name: field('string', 3),
        opType: field('string', 4),
        attribute: list('Attribute', 5),
        domain: field('string', 7),
      },
    },
    Attribute: {
      fields: {
        name: field('string', 1),
        f: field('float', 2),
        i: field('int64', 3),
        g: field('Graph', 6),
        ints: list('int64', 8),
        type: field('int32', 20),
      },
    },
    Tensor: {
      fields: {
        dims: list('int64', 1),
        dataType: field('int32', 2),
        name: field('string', 8),
        rawData: field('bytes', 9),
      },
    },
    ValueInfo: { fields: { name: field('string', 1), type: field('Type', 2) } },
    Type: { fields: { tensorType: field('TensorType', 1) } },
    TensorType: { fields: { elemType: field('int32', 1), shape: field('Shape', 2) } },
    Shape: { fields: { dim: list('Dimension', 1) } },
    Dimension: { fields: { dimValue: field('int64', 1), dimParam: field('string', 2) } },
  },
})
const modelType = root.lookupType('Model')

/** The bytes of an ONNX model with this graph. */
export function encodeModel(graph: Graph): Uint8Array {
  const opsetImport = [
    { domain: '', version: OPSET },
    { domain: 'com.microsoft', version: 1 },
  ]
  return modelType
    .encode({ irVersion: IR_VERSION, producerName: 'reptile-serve', graph: graphMessage(graph), opsetImport })
    .finish()
}

function graphMessage({ name, nodes, initializers, inputs, outputs }: Graph): object {
  return {
    name,
    node: nodes.map((node) => ({
      ...node,
      name: node.output[0],
      attribute: Object.entries(node.attributes).map(attributeMessage),
    })),
    initializer: initializers.map((tensor) => ({
      name: tensor.name,
      dims: tensor.shape,
      dataType: elementTypes[tensor.type],
      rawData: new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength),
    })),
    input: inputs.map(valueInfoMessage),
    output: outputs.map(valueInfoMessage),
  }
}

function attributeMessage([name, value]: [string, AttributeValue]): object {
  if (typeof value === 'number') return { name, i: value, type: 2 }
  if ('float' in value) return { name, f: value.float, type: 1 }
  if ('graph' in value) return { name, g: graphMessage(value.graph), type: 5 }
  return { name, ints: value, type: 7 }
}

function valueInfoMessage({ name, type, shape }: ValueInfo): object {
  const dim = shape.map((length, axis) => (length < 0 ? { dimParam: `${name}.${axis}` } : { dimValue: length }))
  return { name, type: { tensorType: { elemType: elementTypes[type], shape: { dim } } } }
}
