/**
 * What flows between the layers. A position is a pixel of an example, the examples running fastest: (pixel, example). The
 * pixels lie in the order of the phases that the next convolution's stride reads alike (program/positions.ts).
 * Normalising and broadcasting are fast along the last axis, so most layers want the positions there; the windows of a
 * convolution gather whole rows of channels.
 */
import type { Layer } from '../model/artifact.js'
import type { Builder } from '../program/builder.js'
import type { Value } from '../program/program.js'
import { at } from '../program/program.js'

export interface Activation {
  /** [B, channels, positions], or [B, positions, channels] where `channelsLast`. */
  readonly value: Value
  readonly channelsLast: boolean
  readonly channels: number
  readonly height: number
  readonly width: number
  readonly examples: number
  readonly phases: number
}

/** The phases in which layer `index` leaves its positions: those of the stride of the next windows, or 1 where none follow. */
export function phasesBehind(layers: readonly Layer[], index: number): number {
  const next = layers
    .slice(index + 1)
    .find((layer) => layer.type === 'conv2d' || layer.type === 'maxPool' || layer.type === 'dense')
  return next && 'stride' in next ? next.stride : 1
}

export function positionsLast(b: Builder, activation: Activation): Activation {
  return activation.channelsLast
    ? { ...activation, value: b.transpose(activation.value, [0, 2, 1]), channelsLast: false }
    : activation
}

export function channelsLast(b: Builder, activation: Activation): Activation {
  return activation.channelsLast
    ? activation
    : { ...activation, value: b.transpose(activation.value, [0, 2, 1]), channelsLast: true }
}

/** Examples x [B, n, h * w * c] as an activation. */
export function inputActivation(
  b: Builder,
  x: Value,
  { channels, height, width }: { channels: number; height: number; width: number },
): Activation {
  const [clients, examples] = x.type.shape as [number, number]
  const apart = b.reshape(x, [clients, examples, height * width, channels])
  const value = b.reshape(b.transpose(apart, [0, 2, 1, 3]), [clients, height * width * examples, channels])
  return { value, channelsLast: true, channels, height, width, examples, phases: 1 }
}

/** All values of an example in one channel, in the order channel, row, column: [B, C * h * w, n]. */
export function flatten(b: Builder, activation: Activation): Activation {
  const { value, channels, height, width, examples, phases } = positionsLast(b, activation)
  if (phases !== 1 && height * width > 1) throw new Error('the values of an example are flattened row by row only')
  const size = channels * height * width
  return {
    value: b.reshape(value, [at(value.type.shape, 0), size, examples]),
    channelsLast: false,
    channels: size,
    height: 1,
    width: 1,
    examples,
    phases: 1,
  }
}
