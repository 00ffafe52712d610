/** Where meta-training starts: random weights (Glorot's uniform), scales of 1, everything else 0. */
import { expectedTensors, type Initialization, initializationOf } from '../learner/initialization.js'
import { fraction, type Random } from '../learner/random.js'
import type { Artifact } from '../model/artifact.js'
import { at, sizeOf } from '../program/program.js'

export function randomInitialization(artifact: Artifact, random: Random): Initialization {
  const tensors = new Map(
    expectedTensors(artifact).map(({ name, shape }) => {
      const data = new Float32Array(sizeOf(shape))
      if (name.endsWith('.scale') && !name.includes('secondMoment')) data.fill(1)
      if (/^\d+\.weight$/.test(name)) {
        const limit = Math.sqrt(6 / fans(shape))
        for (let i = 0; i < data.length; i++) data[i] = limit * (2 * fraction(random) - 1)
      }
      return [name, { shape, data }] as const
    }),
  )
  // No data have been seen yet.
  return { ...initializationOf({ artifact, digest: '', tensors }), population: undefined, classes: undefined }
}

/** Inputs plus outputs of a unit: of a kernel [size, size, in, out] or a matrix [out, in]. */
function fans(shape: readonly number[]): number {
  const window = shape.length === 4 ? at(shape, 0) * at(shape, 1) : 1
  return window * (at(shape, shape.length - 1) + at(shape, shape.length - 2))
}
