/** The arithmetic of one inner step: its matrix products alone, counted exactly from the layers' shapes. */
import { featureSize } from '../../src/learner/parameters.js'
import { layerShapes } from '../../src/learner/shapes.js'
import type { Artifact } from '../../src/model/artifact.js'
import { at } from '../../src/program/program.js'
import type { Shape } from './shapes.js'

/**
 * Floating-point operations (a multiplication and an addition are two) of forward pass, weight gradient and input
 * gradient, each a product of 2 M N K; the first layer needs no input gradient.
 */
export function stepFlop(artifact: Artifact, { classes, batch }: Shape): number {
  const sizes = layerShapes(artifact)
  const products = artifact.layers.map((layer, index) => {
    const [input, output] = [at(sizes, index), at(sizes, index + 1)]
    if (layer.type === 'dense') return layer.units * input.size
    if (layer.type !== 'conv2d') return 0
    return layer.filters * layer.kernel ** 2 * input.channels * output.height * output.width
  })
  const first = products.findIndex((product) => product > 0)
  const body = products.map((product, index) => 2 * batch * product * (index === first ? 2 : 3))
  const head = 2 * batch * classes * featureSize(artifact) * 3
  return body.reduce((sum, flop) => sum + flop, head)
}
