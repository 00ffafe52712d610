/** Measures what batch norms (learner/population.ts) and heads with a prior remember of the training data. */
import type { Engine } from '../engine/engine.js'
import { Features } from '../learner/features.js'
import { batchNormChannels } from '../learner/features-program.js'
import { meanOf } from '../learner/head.js'
import { type Initialization, meanFeatureTensor } from '../learner/initialization.js'
import { populationTensors } from '../learner/population.js'
import { derived, seeded } from '../learner/random.js'
import type { Artifact } from '../model/artifact.js'
import { at } from '../program/program.js'
import type { TaskSource } from './task.js'

/** A last layer of 2 by 2 positions then has statistics of 2000 numbers: 2% of a deviation. */
const EXAMPLES = 500

/** The path of its seed: nothing else draws with it. */
const MEASURING = 3

/**
 * The initialization with the statistics and the mean feature of 500 training examples under its weights; the same one where
 * nothing has a prior. Throws TrainingError where the source has too little for a task.
 */
export async function withPopulation(
  engine: Engine,
  artifact: Artifact,
  initialization: Initialization,
  source: TaskSource,
  seed: number,
): Promise<Initialization> {
  const [hasPopulation, hasMean] = [populationTensors(artifact), meanFeatureTensor(artifact)].map(
    (all) => all.length > 0,
  )
  if (!hasPopulation && !hasMean) return initialization
  const inputs = await drawn(source, seed)
  const features = await Features.compile(engine, artifact, [inputs.length])
  try {
    const { body, shared } = initialization
    const found = await features.of(body, { shared }, inputs)
    return {
      ...initialization,
      ...(hasPopulation && { population: populationOf(artifact, found.statistics) }),
      ...(hasMean && { meanFeature: Float32Array.from(meanOf(found.features)) }),
    }
  } finally {
    await features.dispose()
  }
}

async function drawn(source: TaskSource, seed: number): Promise<Float32Array[]> {
  const random = seeded(derived(seed, MEASURING))
  const ways = Math.min(source.classes, 50)
  const inputs: Float32Array[] = []
  while (inputs.length < EXAMPLES) {
    const { support } = await source.draw(random, { ways, shots: ways > 0 ? 1 : 10, queries: 0 })
    inputs.push(...support.inputs)
  }
  return inputs.slice(0, EXAMPLES)
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
