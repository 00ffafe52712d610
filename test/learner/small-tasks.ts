/** Support sets for the small models: noisy patterns that can be told apart, and a smooth function. */
import type { ClassificationSupport, RegressionSupport } from '../../src/learner/learner.js'
import { fraction, type Random, seeded } from '../../src/learner/random.js'
import { at } from '../../src/program/program.js'

const list = <T>(length: number, make: (index: number) => T): T[] => Array.from({ length }, (_, index) => make(index))

/** `shots` noisy copies of each class's own random pattern, the classes one after the other. */
export function patternTask(seed: number, classes: number, shots: number, inputSize = 64): ClassificationSupport {
  const random = seeded(seed)
  const patterns = list(classes, () => noise(random, inputSize))
  const classOf = list(classes * shots, (example) => Math.floor(example / shots))
  return {
    kind: 'classification',
    classes,
    classOf,
    inputs: classOf.map((label) => at(patterns, label).map((value) => value + 0.2 * (fraction(random) - 0.5))),
  }
}

/** Points (u, v) with the values u v and u - v. */
export function surfaceTask(seed: number, points: number): RegressionSupport {
  const random = seeded(seed)
  const inputs = list(points, () => noise(random, 2))
  return { kind: 'regression', inputs, targets: inputs.map(([u = 0, v = 0]) => Float32Array.of(u * v, u - v)) }
}

/** Numbers from -1 to 1. */
export function noise(random: Random, length: number): Float32Array {
  return Float32Array.from({ length }, () => 2 * fraction(random) - 1)
}
