/** The losses of an inner step: the mean over a client's mini-batch. */
import type { Builder } from '../program/builder.js'
import type { Value } from '../program/program.js'
import { at } from '../program/program.js'

/** Softmax cross entropy of logits [B, classes, b] against target distributions y [B, b, classes] -> [B, 1, 1]. */
export function crossEntropy(b: Builder, logits: Value, y: Value): Value {
  const logProbabilities = b.logSoftmax(b.transpose(logits, [0, 2, 1]))
  const examples = at(y.type.shape, 1)
  return b.scale(b.sum(b.mul(y, logProbabilities), [1, 2]), -1 / examples)
}

/** Mean squared error of outputs [B, size, b] against targets y [B, b, size], over examples and outputs -> [B, 1, 1]. */
export function squaredError(b: Builder, outputs: Value, y: Value): Value {
  const difference = b.sub(b.transpose(outputs, [0, 2, 1]), y)
  return b.mean(b.mul(difference, difference), [1, 2])
}
