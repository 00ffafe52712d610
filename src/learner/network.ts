/** The network's forward pass as nodes of a program, for B clients with n examples each. */
import type { Artifact, Layer } from '../model/artifact.js'
import type { Builder } from '../program/builder.js'
import { imageAxes } from '../program/ops.js'
import type { Value } from '../program/program.js'
import { at } from '../program/program.js'
import { type Activation, channelsLast, flatten, inputActivation, phasesBehind, positionsLast } from './activation.js'
import { convolveNormalizedInput, fusedLayers } from './first-convolution.js'
import { asColumn, asMatrix, asRow, type Parameters, parameter } from './matrices.js'
import type { KnownStatistics } from './population.js'
import { layerShapes } from './shapes.js'

/** What differs between adapting, looking at a support set, and predicting. */
export interface Mode {
  /**
   * Present where batch norm takes the statistics of all examples at hand, and no other layer need know them: what is mixed with
   * them in layer `layer`.
   */
  readonly ownStatistics?: (layer: number) => KnownStatistics | undefined
  /** Batch norm of layer `layer`: x [B, C, N], scale and shift [B, C, 1] -> [B, C, N]. */
  normalize(layer: number, x: Value, scale: Value, shift: Value, epsilon: number): Value
  /** The mask [B, C, N] of a dropout layer (0, or 1 / (1 - rate)); absent where nothing is dropped. */
  readonly dropoutMask?: (layer: number) => Value
}

/** The last layer's output [B, size, n] for examples x [B, n, input size]. */
export function forward(b: Builder, artifact: Artifact, parameters: Parameters, x: Value, mode: Mode): Value {
  const input = inputActivation(b, x, at(layerShapes(artifact), 0))
  const fused = mode.ownStatistics ? fusedLayers(artifact.layers) : 0
  const first =
    fused > 0 ? convolveNormalizedInput(b, artifact.layers, parameters, input, mode.ownStatistics?.(1)) : input
  const last = artifact.layers
    .slice(fused)
    .reduce(
      (activation, _layer, index) => apply(b, artifact.layers, index + fused, activation, parameters, mode),
      first,
    )
  return flatten(b, last).value
}

/** Logits [B, classes, n] of features [B, size, n]. */
export function classify(b: Builder, parameters: Parameters, features: Value): Value {
  return dense(b, features, parameter(parameters, 'head.weight'), parameter(parameters, 'head.bias'))
}

function apply(
  b: Builder,
  layers: readonly Layer[],
  index: number,
  input: Activation,
  parameters: Parameters,
  mode: Mode,
): Activation {
  const layer = at(layers, index)
  const outputPhases = phasesBehind(layers, index)
  const own = (name: string): Value => parameter(parameters, `${index}.${name}`)
  switch (layer.type) {
    case 'conv2d': {
      const columns = windowsOf(b, input, {
        size: layer.kernel,
        stride: layer.stride,
        padding: layer.padding,
        outputPhases,
      })
      const product = b.matmul(columns.value, asMatrix(b, own('weight')))
      const value = layer.bias ? b.add(product, asRow(b, own('bias'))) : product
      return { ...columns, value, channels: layer.filters }
    }
    case 'batchNorm': {
      const x = positionsLast(b, input)
      return {
        ...x,
        value: mode.normalize(index, x.value, asColumn(b, own('scale')), asColumn(b, own('shift')), layer.epsilon),
      }
    }
    case 'relu':
      return { ...input, value: b.relu(input.value) }
    case 'tanh':
      return { ...input, value: b.tanh(input.value) }
    case 'dropout': {
      if (!mode.dropoutMask) return input
      const x = positionsLast(b, input)
      return { ...x, value: b.mul(x.value, mode.dropoutMask(index)) }
    }
    case 'maxPool': {
      const windows = windowsOf(b, input, { size: layer.size, stride: layer.stride, padding: 0, outputPhases })
      const [clients, positions] = windows.value.type.shape as [number, number]
      const taps = b.reshape(windows.value, [clients, positions, layer.size * layer.size, input.channels])
      return {
        ...windows,
        value: b.reshape(b.max(taps, [2]), [clients, positions, input.channels]),
        channels: input.channels,
      }
    }
    case 'dense': {
      const flat = flatten(b, input)
      return { ...flat, value: dense(b, flat.value, own('weight'), own('bias')), channels: layer.units }
    }
  }
}

/** weight [B, out, in] x value [B, in, n] + bias [B, out]. */
function dense(b: Builder, value: Value, weight: Value, bias: Value): Value {
  return b.add(b.matmul(weight, value), asColumn(b, bias))
}

/** The windows of an activation, [B, positions, size * size * channels]. */
function windowsOf(
  b: Builder,
  input: Activation,
  window: { size: number; stride: number; padding: number; outputPhases: number },
): Activation {
  const { value, channels, height, width, examples, phases } = channelsLast(b, input)
  const clients = at(value.type.shape, 0)
  const windows = b.windows(b.reshape(value, [clients, height, width, examples, channels]), {
    ...window,
    inputPhases: phases,
  })
  const grid = imageAxes(windows.type.shape)
  const positions = grid.height * grid.width * examples
  return {
    ...grid,
    value: b.reshape(windows, [clients, positions, grid.channels]),
    channelsLast: true,
    phases: window.outputPhases,
  }
}
