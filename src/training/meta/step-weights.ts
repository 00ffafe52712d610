/**
 * What tells the algorithms apart: the weights with which the changes of the single inner steps go into the meta-step.
 *
 * The paper calls g1, g2, ... the gradients of a task's inner steps and compares meta-steps along sums of them (section 6.2,
 * figure 3): Reptile goes along their sum, first-order MAML along the last. As in the paper's own code, the optimizer stands
 * between: a "gradient" is the change that a step has made to the weights, so it contains the inner learning rate, and the meta-step
 * has one meaning in all algorithms. With plain SGD inside, that change is -learningRate * g, exactly the paper's g but for
 * the factor; with momentum or Adam it is what the optimizer made of g and of those before it.
 */
import { at } from '../../program/program.js'
import type { Algorithm } from '../settings.js'
import { TrainingError } from '../training-error.js'

/** One weight an inner step. Throws TrainingError where a combination has another number of weights. */
export function stepWeights(algorithm: Algorithm, steps: number): readonly number[] {
  switch (algorithm.kind) {
    case 'reptile':
      return Array.from({ length: steps }, () => 1)
    case 'fomaml':
      return Array.from({ length: steps }, (_, step) => Number(step === steps - 1))
    case 'combination':
      if (algorithm.weights.length !== steps)
        throw new TrainingError(
          `The combination has ${algorithm.weights.length} weights for ${steps} inner steps: give one weight for each step.`,
        )
      return algorithm.weights
  }
}

/**
 * The same sum, over where the steps lead: with phi_0 the start and phi_j the weights after j steps, sum_j w_j (phi_j - phi_(j-1))
 * is sum_j c_j phi_j, and where neighbouring steps weigh the same, c_j is 0 and phi_j need not be looked at. [steps + 1].
 */
export function pointWeights(weights: readonly number[]): readonly number[] {
  return Array.from(
    { length: weights.length + 1 },
    (_, point) => (point > 0 ? at(weights, point - 1) : 0) - (point < weights.length ? at(weights, point) : 0),
  )
}
