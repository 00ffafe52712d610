/**
 * The first convolution and its batch norm in one matrix product. Its windows X depend on the examples alone and are few
 * numbers wide, so what batch norm wants to know follows from them: with centred windows the outputs W'X have mean 0
 * and variance diag(W'GW) / N, where G = XX'. The normalisation then moves into the weights, and neither the forward nor
 * the backward pass (which differentiation derives from this) ever walks over the first layer's output, by far the
 * largest, for it. Only where the statistics are those of all examples at hand, or those mixed with known ones.
 */
import type { Layer } from '../model/artifact.js'
import type { Builder } from '../program/builder.js'
import { windowCount } from '../program/ops.js'
import { phaseSizes } from '../program/positions.js'
import type { Value } from '../program/program.js'
import { at } from '../program/program.js'
import { type Activation, phasesBehind } from './activation.js'
import { asMatrix, asRow, type Parameters, parameter } from './matrices.js'
import type { KnownStatistics } from './population.js'

/** A window so large would make the matrix G more expensive than what it saves. */
const LARGEST_WINDOW = 64

/** How many of the first layers are done by `convolveNormalizedInput`: convolution, batch norm, and a ReLU; 0: it does not fit. */
export function fusedLayers([first, second, third]: readonly Layer[]): number {
  const fits =
    first?.type === 'conv2d' && !first.bias && first.kernel ** 2 <= LARGEST_WINDOW && second?.type === 'batchNorm'
  return fits ? (third?.type === 'relu' ? 3 : 2) : 0
}

/** The fused layers applied to the input, channels last. */
export function convolveNormalizedInput(
  b: Builder,
  layers: readonly Layer[],
  parameters: Parameters,
  input: Activation,
  known?: KnownStatistics,
): Activation {
  const [first, second] = layers
  if (first?.type !== 'conv2d' || second?.type !== 'batchNorm')
    throw new Error('only a convolution with a batch norm behind it can be fused')
  const window = { size: first.kernel, stride: first.stride, padding: first.padding }
  const [height, width] = [windowCount(input.height, window), windowCount(input.width, window)]
  const phases = phasesBehind(layers, 0)
  const windows = inputColumns(b, input, { ...window, outputPhases: phases })
  const middle = b.mean(windows, [2])
  const columns = b.sub(windows, middle)
  const weight = withNormalization(b, { columns, middle }, parameters, second.epsilon, known)
  // One product a phase: what the next convolution reads alike, and gives its gradient for, stays in one piece and in the cache.
  const sizes = phaseSizes(height, width, phases).map((size) => size * input.examples)
  const products = b.split(withOnes(b, columns), 2, sizes).map((part) => b.matmul(part, weight, { transA: true }))
  const parts = fusedLayers(layers) === 3 ? products.map(b.relu) : products
  return {
    value: b.concat(parts, 1),
    channelsLast: true,
    channels: first.filters,
    height,
    width,
    examples: input.examples,
    phases,
  }
}

/** The input's windows with the positions last, [B, size * size * c, positions]: all examples of a pixel are gathered at once. */
function inputColumns(
  b: Builder,
  { value, channels, height, width, examples }: Activation,
  window: { size: number; stride: number; padding: number; outputPhases: number },
): Value {
  const clients = at(value.type.shape, 0)
  const positions = windowCount(height, window) * windowCount(width, window)
  const channelMajor = b.transpose(b.reshape(value, [clients, height * width, examples, channels]), [0, 1, 3, 2])
  const pixels = b.reshape(channelMajor, [clients, height, width, 1, channels * examples])
  const taps = b.reshape(b.windows(pixels, { ...window, tapsFirst: true }), [
    clients,
    window.size ** 2,
    positions,
    channels,
    examples,
  ])
  return b.reshape(b.transpose(taps, [0, 1, 3, 2, 4]), [clients, window.size ** 2 * channels, positions * examples])
}

/** Weights [B, taps + 1, filters] that convolve and normalise in one go; the shift is one more tap, which always reads 1. */
function withNormalization(
  b: Builder,
  { columns, middle }: { readonly columns: Value; readonly middle: Value },
  parameters: Parameters,
  epsilon: number,
  known: KnownStatistics | undefined,
): Value {
  const weight = asMatrix(b, parameter(parameters, '0.weight'))
  const gram = b.scale(b.matmul(columns, columns, { transB: true }), 1 / at(columns.type.shape, 2))
  const variance = b.sum(b.mul(weight, b.matmul(gram, weight)), [1])
  const [scale, shift] = [asRow(b, parameter(parameters, '1.scale')), asRow(b, parameter(parameters, '1.shift'))]
  const row = (value: Value) => b.transpose(value, [0, 2, 1])
  const used = known ? b.add(variance, b.mul(row(known.share), b.sub(row(known.variance), variance))) : variance
  const factor = b.div(scale, b.sqrt(b.add(used, b.scalar(epsilon))))
  const normalizing = b.mul(weight, factor)
  if (!known) return b.concat([normalizing, shift], 1)
  // Centred windows have mean 0: what is left of their own mean lies as far from the known one as its share says.
  const distance = b.sub(b.matmul(middle, weight, { transA: true }), row(known.mean))
  return b.concat([normalizing, b.add(shift, b.mul(b.mul(row(known.share), distance), factor))], 1)
}

function withOnes(b: Builder, columns: Value): Value {
  const [clients, , positions] = columns.type.shape as [number, number, number]
  return b.concat([columns, b.expand(b.scalar(1), [clients, 1, positions])], 1)
}
