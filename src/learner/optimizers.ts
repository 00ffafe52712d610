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
  readonly moments: Value
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

/** One update. weights and gradient [B, P], moments [B, momentsPerParameter * P] (first moments, then second), rate [B, 1]. */
export function update(b: Builder, optimizer: OptimizerSpec, weights: Value, gradient: Value, moments: Value, rate: Value): Update {
  switch (optimizer.type) {
    case 'sgd':
      return { weights: b.sub(weights, b.mul(gradient, rate)), moments }
    case 'momentum': {
      const velocity = b.add(b.scale(moments, optimizer.momentum), gradient)
      return { weights: b.sub(weights, b.mul(velocity, rate)), moments: velocity }
    }
    case 'adam': {
      const { beta1, beta2, epsilon } = optimizer
      const size = at(weights.type.shape, 1)
      const [first, second] = beta1 === 0 ? [undefined, moments] : (b.split(moments, 1, [size, size]) as [Value, Value])
      const mean = first ? b.add(b.scale(first, beta1), b.scale(gradient, 1 - beta1)) : gradient
      const square = b.add(b.scale(second, beta2), b.mul(b.scale(gradient, 1 - beta2), gradient))
      const direction = b.div(mean, b.add(b.sqrt(square), b.scalar(epsilon)))
      return { weights: b.sub(weights, b.mul(direction, rate)), moments: first ? b.concat([mean, square], 1) : square }
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
