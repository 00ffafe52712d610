/**
 * The inner optimizers, as whole-vector updates: all parameters of a client are one flat vector, so that a step is a
 * handful of nodes. What changes from step to step (learning rate, Adam's bias correction) comes in from the host as `rate`.
 */
import type { OptimizerSpec } from '../model/artifact.js'
import type { Builder } from '../program/builder.js'
import type { Value } from '../program/program.js'
import { at } from '../program/program.js'

export interface Update {
  readonly weights: Value
  readonly moments: Value | undefined
}

/** How many moments an optimizer keeps for each adapted parameter. */
export function momentsPerParameter(optimizer: OptimizerSpec): number {
  switch (optimizer.type) {
    case 'sgd':
      return 0
    case 'momentum':
      return 1
    case 'adam':
      return optimizer.beta1 === 0 ? 1 : 2
  }
}

/**
 * The factor on the loss that an optimizer wants its gradient taken with: Adam squares the gradient and weighs the square
 * with 1 - beta2, so a gradient that is already scaled by the root of that saves a pass over the whole vector.
 */
export function lossScale(optimizer: OptimizerSpec): number {
  return optimizer.type === 'adam' ? Math.sqrt(1 - optimizer.beta2) : 1
}

/** One update. weights and gradient (scaled by `lossScale`) [B, P], moments [B, momentsPerParameter * P] (first moments, then second), rate [B, 1]. */
export function update(
  b: Builder,
  optimizer: OptimizerSpec,
  weights: Value,
  gradient: Value,
  moments: Value | undefined,
  rate: Value,
): Update {
  switch (optimizer.type) {
    case 'sgd':
      return { moments, weights: b.sub(weights, b.mul(gradient, rate)) }
    case 'momentum': {
      const velocity = b.add(b.scale(kept(moments), optimizer.momentum), gradient)
      return { weights: b.sub(weights, b.mul(velocity, rate)), moments: velocity }
    }
    case 'adam': {
      const { beta1, beta2, epsilon } = optimizer
      const unscale = 1 / lossScale(optimizer)
      const size = at(weights.type.shape, 1)
      const [first, second] =
        beta1 === 0 ? [undefined, kept(moments)] : (b.split(kept(moments), 1, [size, size]) as [Value, Value])
      const square = b.add(b.scale(second, beta2), b.mul(gradient, gradient))
      const deviation = b.add(b.sqrt(square), b.scalar(epsilon))
      if (!first)
        return { weights: b.sub(weights, b.mul(b.div(gradient, deviation), b.scale(rate, unscale))), moments: square }
      const mean = b.add(b.scale(first, beta1), b.scale(gradient, (1 - beta1) * unscale))
      return { weights: b.sub(weights, b.mul(b.div(mean, deviation), rate)), moments: b.concat([mean, square], 1) }
    }
  }
}

/**
 * The factor of step `step` (counted from 0): the learning rate and, for Adam, the bias correction (Kingma & Ba, section 2,
 * the form with "epsilon hat"). Second moments carried from meta-training are no longer biased and are not corrected.
 */
export function rateOf(optimizer: OptimizerSpec, learningRate: number, step: number): number {
  if (optimizer.type !== 'adam') return learningRate
  const first = 1 - optimizer.beta1 ** (step + 1)
  const second = optimizer.moments === 'carried' ? 1 : Math.sqrt(1 - optimizer.beta2 ** (step + 1))
  return (learningRate * second) / first
}

function kept(moments: Value | undefined): Value {
  if (!moments) throw new Error('this optimizer needs moments')
  return moments
}
