/** What an inner step costs, in floating-point operations: slices are cut by it. */
import type { Artifact } from '../model/artifact.js'
import { at } from '../program/program.js'
import { featureSize } from './parameters.js'
import { layerShapes } from './shapes.js'

/** Operations of the matrix products of one example's forward pass; a step takes about three times as many. */
export function forwardOperations(artifact: Artifact, classes: number): number {
  const shapes = layerShapes(artifact)
  const layers = artifact.layers.reduce((sum, layer, index) => {
    const [input, output] = [at(shapes, index), at(shapes, index + 1)]
    if (layer.type === 'conv2d') return sum + 2 * layer.kernel ** 2 * input.channels * output.size
    if (layer.type === 'dense') return sum + 2 * input.size * output.size
    return sum
  }, 0)
  return layers + 2 * featureSize(artifact) * classes
}

/** About 25 ms of one core: a slice's way to a worker and back, with weights and moments, costs about 1 ms. */
const SLICE_OPERATIONS = 3e9
/** So that the mini-batches of cheap steps do not take more room than the weights. */
const LONGEST_SLICE = 50

/** How many inner steps on `batch` examples make one slice, `length` times as long as a core's where the engine wants it. */
export function stepsPerSlice(artifact: Artifact, classes: number, batch: number, length = 1): number {
  const step = 3 * batch * forwardOperations(artifact, classes)
  return Math.min(LONGEST_SLICE, Math.max(1, Math.round((length * SLICE_OPERATIONS) / step)))
}
