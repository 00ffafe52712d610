/** Runs the learner's programs as they stand, with feeds drawn at random. */
import type { Engine, Tensors } from '../../src/engine/engine.js'
import type { AdaptShape } from '../../src/learner/adapt-program.js'
import { adaptProgram } from '../../src/learner/adapt-program.js'
import { momentsPerParameter } from '../../src/learner/optimizers.js'
import { fraction, type Random, seeded } from '../../src/learner/random.js'
import type { Artifact } from '../../src/model/artifact.js'
import type { Program, TensorType } from '../../src/program/program.js'
import { paramsOf, sizeOf } from '../../src/program/program.js'
import { noise } from './small-tasks.js'

export { floats } from '../../src/learner/vectors.js'

export async function runOnce(engine: Engine, program: Program, feeds: Tensors): Promise<Tensors> {
  const executable = await engine.compile(program)
  const results = await executable.run(feeds)
  await executable.dispose()
  return results
}

/** Weights of about 0.4, second moments of about 1, one-hot or smooth targets, all steps of the slice. */
export function adaptFeeds(artifact: Artifact, shape: AdaptShape, seed: number): Tensors {
  const random = seeded(seed)
  const program = adaptProgram(artifact, shape)
  return Object.fromEntries(
    paramsOf(program).map(({ name, type }) => [
      name,
      { shape: type.shape, data: drawFeed(artifact, shape, name, type, random) },
    ]),
  )
}

function drawFeed(
  artifact: Artifact,
  { classes, slice, clients }: AdaptShape,
  name: string,
  { shape }: TensorType,
  random: Random,
): Float32Array | Int32Array {
  const size = sizeOf(shape)
  if (name === 'steps') return Int32Array.of(slice)
  if (name === 'rates') return noise(random, size).map((value) => 0.05 * (1.5 + value))
  if (name === 'y' && classes > 0) return oneHot(random, size / classes, classes)
  if (name.startsWith('mask.')) return noise(random, size).map((value) => (value < 0 ? 0 : 2))
  if (name === 'weights' || name === 'shared') return noise(random, size).map((value) => 0.4 * value + 0.1)
  // Variances are positive, shares from 0 to 1.
  if (name === 'population') return noise(random, size).map((value) => 1 + 0.5 * value)
  if (name === 'priorShares') return noise(random, size).map((value) => 0.5 + 0.4 * value)
  if (name === 'moments')
    return drawMoments(momentsPerParameter(artifact.innerLoop.optimizer), size / clients, clients, random)
  return noise(random, size)
}

/** First moments around 0, second moments (the last of a client's) around 1. */
function drawMoments(perParameter: number, size: number, clients: number, random: Random): Float32Array {
  const firstOnly = size * (1 - 1 / perParameter)
  return noise(random, size * clients).map((value, i) => (i % size < firstOnly ? 0.1 * value : 1 + 0.5 * value))
}

function oneHot(random: Random, rows: number, classes: number): Float32Array {
  const data = new Float32Array(rows * classes)
  for (let row = 0; row < rows; row++) data[row * classes + Math.floor(fraction(random) * classes)] = 1
  return data
}
