/** Measures what a model remembers of the training data: statistics of its batch norms (learner/population.ts), and classes. */
import type { Engine } from '../engine/engine.js'
import { Features } from '../learner/features.js'
import { batchNormChannels } from '../learner/features-program.js'
import { gaussianOf } from '../learner/gaussian-head.js'
import type { Initialization } from '../learner/initialization.js'
import { populationTensors } from '../learner/population.js'
import { derived, seeded } from '../learner/random.js'
import type { Artifact } from '../model/artifact.js'
import { at } from '../program/program.js'
import { classDistribution, type DrawnClasses } from './class-distribution.js'
import { smallestIn } from './data/room.js'
import type { TaskSource } from './task.js'
import { TrainingError } from './training-error.js'

/** Looked at together. A last layer of 2 by 2 positions then has statistics of 2000 numbers: 2% of a deviation. */
const EXAMPLES = 500
const WAYS = 50

/** Draws of WAYS classes, for what classes are like. */
const DRAWS = 12
const SHOTS = EXAMPLES / WAYS

/** The paths of their seeds: nothing else draws with them. */
const MEASURING = 3
const MEASURING_CLASSES = 4

/**
 * The initialization with what it is to remember under its weights; the same one where that is nothing. Throws TrainingError where
 * the source has too little for a task.
 */
export async function withPopulation(
  engine: Engine,
  artifact: Artifact,
  initialization: Initialization,
  source: TaskSource,
  seed: number,
): Promise<Initialization> {
  const hasPopulation = populationTensors(artifact).length > 0
  const gaussian = gaussianOf(artifact)
  if (!hasPopulation && !gaussian) return initialization
  const features = await Features.compile(engine, artifact, [EXAMPLES])
  try {
    const { body, shared } = initialization
    const population = hasPopulation
      ? populationOf(artifact, (await features.of(body, { shared }, await drawn(source, seed))).statistics)
      : undefined
    const known = { ...initialization, ...(population && { population }) }
    if (!gaussian) return known
    const classes = await drawnClasses(features, known, source, seed)
    return { ...known, classes: classDistribution(classes, gaussian.shrinkage) }
  } finally {
    await features.dispose()
  }
}

/** Before hours of training: that there will be something to measure. Throws TrainingError. */
export function requireMeasurable(artifact: Artifact, source: TaskSource): void {
  const smallest = smallestIn(source)
  if (gaussianOf(artifact) && smallest && smallest.count < 2) {
    throw new TrainingError(
      `The class ${smallest.name} has ${smallest.count} example, and what varies within classes shows in two or more: add some, ` +
        'remove it, or do without model.head.gaussian.',
    )
  }
}

async function drawn(source: TaskSource, seed: number): Promise<Float32Array[]> {
  const random = seeded(derived(seed, MEASURING))
  const ways = Math.min(source.classes, WAYS)
  const inputs: Float32Array[] = []
  while (inputs.length < EXAMPLES) {
    const { support } = await source.draw(random, { ways, shots: ways > 0 ? 1 : 10, queries: 0 })
    inputs.push(...support.inputs)
  }
  return inputs.slice(0, EXAMPLES)
}

async function drawnClasses(
  features: Features,
  initialization: Initialization,
  source: TaskSource,
  seed: number,
): Promise<DrawnClasses> {
  const random = seeded(derived(seed, MEASURING_CLASSES))
  const ways = Math.min(source.classes, WAYS)
  const shots = Math.min(SHOTS, smallestIn(source)?.count ?? SHOTS)
  const found: Float32Array[] = []
  const classOf: number[] = []
  for (let draw = 0; draw < DRAWS; draw++) {
    const { support } = await source.draw(random, { ways, shots, queries: 0 })
    if (support.kind !== 'classification') throw new Error('functions are not of classes')
    found.push(...(await features.of(initialization.body, initialization, support.inputs)).features)
    classOf.push(...support.classOf.map((label) => draw * ways + label))
  }
  return { features: found, classOf, drawn: DRAWS * ways, different: source.classes }
}

/** From what the features program tells of all batch norms, mean and inverse deviation, to what is kept of those with a prior. */
function populationOf(artifact: Artifact, statistics: Float32Array): Float32Array {
  const norms = artifact.layers.filter((layer) => layer.type === 'batchNorm')
  let from = 0
  const kept = batchNormChannels(artifact).flatMap((channels, index) => {
    const { epsilon, prior } = at(norms, index)
    const means = statistics.subarray(from, from + channels)
    const inverses = statistics.subarray(from + channels, from + 2 * channels)
    from += 2 * channels
    return prior ? [...means, ...inverses.map((inverse) => Math.max(0, inverse ** -2 - epsilon))] : []
  })
  return Float32Array.from(kept)
}
