/**
 * The network's forward pass as nodes of a program. Values are channel-major, [B, channels, n * height * width] (B clients
 * with n examples each): normalising and broadcasting along the last axis is several times faster there than along a
 * leading one. Only the windows of a convolution want the channels last.
 */
import type { Artifact, Layer } from '../model/artifact.js'
import type { Builder } from '../program/builder.js'
import type { WindowAttributes } from '../program/ops.js'
import type { Value } from '../program/program.js'
import { at } from '../program/program.js'
import { layerShapes } from './shapes.js'

/** What differs between adapting, looking at a support set, and predicting. */
export interface Mode {
  /** Batch norm of layer `layer`: x [B, C, N], scale and shift [B, C, 1] -> [B, C, N]. */
  normalize(layer: number, x: Value, scale: Value, shift: Value, epsilon: number): Value
  /** The mask [B, C, N] of a dropout layer (0, or 1 / (1 - rate)); undefined where nothing is dropped. */
  dropoutMask?(layer: number, x: Value): Value
}

interface Activation {
  /** [B, channels, n * height * width] */
  readonly value: Value
  readonly channels: number
  readonly height: number
  readonly width: number
}

/** The last layer's output [B, size, n] for examples x [B, n, input size], with parameters by name [B, ...shape]. */
export function forward(b: Builder, artifact: Artifact, parameters: ReadonlyMap<string, Value>, x: Value, mode: Mode): Value {
  const shape = at(layerShapes(artifact), 0)
  const [clients, examples] = [at(x.type.shape, 0), at(x.type.shape, 1)]
  const positions = examples * shape.height * shape.width
  const channelsLast = b.reshape(x, [clients, positions, shape.channels])
  const input: Activation = { ...shape, value: b.transpose(channelsLast, [0, 2, 1]) }
  const last = artifact.layers.reduce((activation, layer, index) => {
    const parameter = (name: string): Value => {
      const value = parameters.get(`${index}.${name}`)
      if (!value) throw new Error(`layer ${index} has no parameter ${name}`)
      return value
    }
    return apply(b, layer, index, activation, parameter, mode)
  }, input)
  return flatten(b, last).value
}

/** Logits [B, classes, n] of features [B, size, n]. */
export function classify(b: Builder, parameters: ReadonlyMap<string, Value>, features: Value): Value {
  return dense(b, features, parameters.get('head.weight') as Value, parameters.get('head.bias') as Value)
}

function apply(b: Builder, layer: Layer, index: number, input: Activation, parameter: (name: string) => Value, mode: Mode): Activation {
  const { value } = input
  switch (layer.type) {
    case 'conv2d': {
      const columns = windowsOf(b, input, { size: layer.kernel, stride: layer.stride, padding: layer.padding })
      const weight = parameter('weight')
      const clients = at(weight.type.shape, 0)
      const matrix = b.reshape(weight, [clients, layer.filters, layer.kernel * layer.kernel * input.channels])
      const product = b.matmul(matrix, columns.value, { transB: true })
      const output = layer.bias ? b.add(product, asColumn(b, parameter('bias'))) : product
      return { ...columns, value: output, channels: layer.filters }
    }
    case 'batchNorm':
      return { ...input, value: mode.normalize(index, value, asColumn(b, parameter('scale')), asColumn(b, parameter('shift')), layer.epsilon) }
    case 'relu':
      return { ...input, value: b.relu(value) }
    case 'tanh':
      return { ...input, value: b.tanh(value) }
    case 'dropout':
      return mode.dropoutMask ? { ...input, value: b.mul(value, mode.dropoutMask(index, value)) } : input
    case 'maxPool': {
      const windows = windowsOf(b, input, { size: layer.size, stride: layer.stride, padding: 0 })
      const [clients, positions] = windows.value.type.shape as [number, number]
      const taps = b.reshape(windows.value, [clients, positions, layer.size * layer.size, input.channels])
      const largest = b.reshape(b.max(taps, [2]), [clients, positions, input.channels])
      return { ...windows, value: b.transpose(largest, [0, 2, 1]), channels: input.channels }
    }
    case 'dense':
      return { channels: layer.units, height: 1, width: 1, value: dense(b, flatten(b, input).value, parameter('weight'), parameter('bias')) }
  }
}

/** weight [B, out, in] x value [B, in, n] + bias [B, out]. */
function dense(b: Builder, value: Value, weight: Value, bias: Value): Value {
  return b.add(b.matmul(weight, value), asColumn(b, bias))
}

/** [B, C] -> [B, C, 1] */
function asColumn(b: Builder, x: Value): Value {
  return b.reshape(x, [...x.type.shape, 1])
}

/** The windows of an activation, [B, n * rows * columns, size * size * channels]. */
function windowsOf(b: Builder, { value, channels, height, width }: Activation, window: WindowAttributes): Activation {
  const [clients, , positions] = value.type.shape as [number, number, number]
  const examples = positions / (height * width)
  const images = b.reshape(b.transpose(value, [0, 2, 1]), [clients, examples, height, width, channels])
  const windows = b.windows(images, window)
  const [, , rows, columns, taps] = windows.type.shape as [number, number, number, number, number]
  return { value: b.reshape(windows, [clients, examples * rows * columns, taps]), channels: taps, height: rows, width: columns }
}

/** [B, C, n * h * w] -> [B, C * h * w, n], an example's values in the order channel, row, column. */
function flatten(b: Builder, { value, channels, height, width }: Activation): Activation {
  const area = height * width
  if (area === 1) return { value, channels, height, width }
  const [clients, , positions] = value.type.shape as [number, number, number]
  const examples = positions / area
  const apart = b.transpose(b.reshape(value, [clients, channels, examples, area]), [0, 1, 3, 2])
  return { value: b.reshape(apart, [clients, channels * area, examples]), channels: channels * area, height: 1, width: 1 }
}
