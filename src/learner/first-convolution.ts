/**
 * The first convolution and its batch norm in one matrix product. Its windows X depend on the examples alone and are few
 * numbers wide, so what batch norm wants to know follows from them: with centred windows the outputs W'X have mean 0
 * and variance diag(W'GW) / N, where G = XX'. The normalisation then moves into the weights, and neither the forward nor
 * the backward pass (which differentiation derives from this) ever walks over the first layer's output, by far the
 * largest, for it. Only where the statistics are those of all examples at hand.
 */
import type { Layer } from '../model/artifact.js'
import type { Builder } from '../program/builder.js'
import { windowCount } from '../program/ops.js'
import type { Value } from '../program/program.js'
import { at } from '../program/program.js'
import type { Activation } from './activation.js'
import { asMatrix, asRow, type Parameters, parameter } from './matrices.js'

/** A window so large would make the matrix G more expensive than what it saves. */
const LARGEST_WINDOW = 64

export function canNormalizeInput([first, second]: readonly Layer[]): boolean {
  return first?.type === 'conv2d' && !first.bias && second?.type === 'batchNorm' && first.kernel * first.kernel <= LARGEST_WINDOW
}

/** Layers 0 and 1 applied to the input, channels last. */
export function convolveNormalizedInput(b: Builder, [first, second]: readonly Layer[], parameters: Parameters, input: Activation): Activation {
  if (first?.type !== 'conv2d' || second?.type !== 'batchNorm') throw new Error('only a convolution with a batch norm behind it can be fused')
  const height = windowCount(input.height, { size: first.kernel, ...first })
  const width = windowCount(input.width, { size: first.kernel, ...first })
  const columns = centred(b, inputColumns(b, input, first, height * width))
  const [clients, taps, positions] = columns.type.shape as [number, number, number]
  const weight = asMatrix(b, parameter(parameters, '0.weight'))
  const gram = b.scale(b.matmul(columns, columns, { transB: true }), 1 / positions)
  const variance = b.sum(b.mul(weight, b.matmul(gram, weight)), [1])
  const deviation = b.sqrt(b.add(variance, b.scalar(second.epsilon)))
  const normalizing = b.mul(weight, b.div(asRow(b, parameter(parameters, '1.scale')), deviation))
  // The shift is one more tap that always reads 1.
  const ones = b.expand(b.scalar(1), [clients, 1, positions])
  const withShift = b.concat([normalizing, asRow(b, parameter(parameters, '1.shift'))], 1)
  const value = b.matmul(b.concat([columns, ones], 1), withShift, { transA: true })
  if (at(withShift.type.shape, 1) !== taps + 1) throw new Error('a tap was lost')
  return { value, channelsLast: true, channels: first.filters, height, width, examples: input.examples }
}

/** The input's windows with the positions last, [B, size * size * c, positions]: all examples of a pixel are gathered at once. */
function inputColumns(b: Builder, input: Activation, layer: Extract<Layer, { type: 'conv2d' }>, area: number): Value {
  const { value, channels, height, width, examples } = input
  const clients = at(value.type.shape, 0)
  const pixels = b.reshape(value, [clients, height, width, 1, examples * channels])
  const windows = b.windows(pixels, { size: layer.kernel, stride: layer.stride, padding: layer.padding })
  const apart = b.reshape(windows, [clients, area, layer.kernel ** 2, examples, channels])
  return b.reshape(b.transpose(apart, [0, 2, 4, 1, 3]), [clients, layer.kernel ** 2 * channels, area * examples])
}

function centred(b: Builder, columns: Value): Value {
  return b.sub(columns, b.mean(columns, [2]))
}
