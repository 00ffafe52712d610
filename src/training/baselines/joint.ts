/**
 * The baseline of joint pre-training: one classifier over all training classes (or one network for all training functions),
 * trained on plain mini-batches with Adam; its body is then adapted to a task just as a meta-trained one is.
 */
import type { Engine, Executable } from '../../engine/engine.js'
import { adaptProgram } from '../../learner/adapt-program.js'
import { stepsPerSlice } from '../../learner/cost.js'
import { type Initialization, startingMoments, tensorsOf } from '../../learner/initialization.js'
import { rateOf } from '../../learner/optimizers.js'
import { derived, type Random, seeded, shuffled } from '../../learner/random.js'
import { rateFeeds, StepBatches } from '../../learner/step-batches.js'
import { allFinite, concatenated, vectorFeed } from '../../learner/vectors.js'
import type { Artifact, Model } from '../../model/artifact.js'
import { at } from '../../program/program.js'
import { withPopulation } from '../population.js'
import { trainedArtifact } from '../served.js'
import { randomInitialization } from '../start.js'
import type { TaskSource } from '../task.js'
import { DivergedError, TrainingError } from '../training-error.js'

export interface JointSettings {
  readonly steps: number
  /** Examples of a mini-batch. */
  readonly batch: number
  readonly learningRate: number
  readonly seed: number
}

export const jointDefaults: Omit<JointSettings, 'seed'> = { steps: 5000, batch: 64, learningRate: 0.001 }

/** Mini-batches of one run hold at most so many numbers of one-hot labels. */
const MOST_LABELS = 4e6

/**
 * The pre-trained model, for evaluation and comparison: its head starts as the artifact says (a shared vector: at zero), and its
 * optimizer from fresh moments. Bit for bit the same for the same seed. Throws TrainingError where it diverges.
 */
export async function jointlyTrained(
  engine: Engine,
  artifact: Artifact,
  source: TaskSource,
  settings: JointSettings,
  onProgress: (steps: number, loss: number) => void = () => {},
): Promise<Model> {
  const { steps, batch, learningRate, seed } = settings
  const classes = source.classes
  const joint = trainedArtifact(jointArtifact(artifact))
  const { optimizer } = joint.innerLoop
  const slice = Math.max(
    1,
    Math.min(stepsPerSlice(joint, classes, batch), Math.floor(MOST_LABELS / (batch * Math.max(1, classes)))),
  )
  const start = randomInitialization(joint, seeded(derived(seed, 0)))
  const head = new Float32Array(classes * (start.head?.length ?? 0))
  const weights = concatenated(start.body, head)
  const moments = startingMoments(joint, start, classes)
  const batches = new Batches(joint, source, { slice, batch })
  const executable: Executable = await engine.compile(adaptProgram(joint, { classes, clients: 1, batch, slice }))
  try {
    const draw = (from: number) => batches.draw(seed, from, Math.min(slice, steps - from))
    let drawn = draw(0)
    for (let done = 0; done < steps; ) {
      const { count, feeds } = await drawn
      const from = done
      const rates = Array.from({ length: count }, (_, step) => rateOf(optimizer, learningRate, from + step))
      const running = executable.run(
        {
          ...feeds,
          ...vectorFeed('weights', weights),
          ...vectorFeed('moments', moments),
          ...rateFeeds(slice, rates),
        },
        undefined,
        { weights, moments },
      )
      done += count
      // The next mini-batches are drawn while these are learned from.
      if (done < steps) drawn = draw(done)
      const [{ losses }] = await Promise.all([running, drawn])
      const loss = at(losses?.data ?? [], count - 1)
      if (!Number.isFinite(loss) || !allFinite(weights))
        throw new DivergedError(`Joint training diverged after ${done} steps: use a smaller learning rate.`)
      onProgress(done, loss)
    }
  } finally {
    await executable.dispose()
  }
  const trained = { ...start, body: weights.slice(0, start.body.length) }
  const measured = { ...joint, layers: artifact.layers, head: artifact.head }
  return modelOf(artifact, measured, await withPopulation(engine, measured, trained, source, seed), settings)
}

/** The same network, all of it trained, with Adam as it is usual. */
function jointArtifact(artifact: Artifact): Artifact {
  return {
    ...artifact,
    ...(artifact.head ? { head: { kind: 'shared' } } : {}),
    innerLoop: {
      ...artifact.innerLoop,
      optimizer: { type: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, moments: 'zero' },
      scope: 'all',
    },
  }
}

function modelOf(artifact: Artifact, measured: Artifact, trained: Initialization, settings: JointSettings): Model {
  const { optimizer } = artifact.innerLoop
  const own: Artifact = {
    ...artifact,
    innerLoop: {
      ...artifact.innerLoop,
      // Moments belong to a meta-training; those of the joint one are of other gradients.
      optimizer: optimizer.type === 'adam' ? { ...optimizer, moments: 'zero' } : optimizer,
    },
    provenance: { baseline: 'joint', ...settings },
  }
  // By name: what the artifact's scope shares among clients has been trained like everything else.
  return { artifact: own, digest: '', tensors: tensorsOf(measured, trained) }
}

/** Mini-batches of examples of all classes; for regression, of some functions with ten points each. */
class Batches {
  /** The number of each class by its name, in the order in which they are met. */
  private readonly labels = new Map<string, number>()

  constructor(
    private readonly artifact: Artifact,
    private readonly source: TaskSource,
    private readonly size: { readonly slice: number; readonly batch: number },
  ) {}

  /** Of `count` steps from step `from`; what a step sees depends on the seed and its number alone. */
  async draw(seed: number, from: number, count: number) {
    const { artifact, source } = this
    const { slice, batch } = this.size
    const batches = StepBatches.create(artifact, { classes: source.classes, batch, slice })
    for (let step = 0; step < count; step++) {
      const random = seeded(derived(seed, 1, from + step))
      const examples = source.classes > 0 ? await this.ofClasses(random) : await this.ofFunctions(random)
      examples.forEach(({ example, target }, index) => {
        batches.put(step * batch + index, example, target)
      })
      batches.drawMasks(step, random)
    }
    return { count, feeds: batches.feeds }
  }

  /** As many classes as there is room for, so that a mini-batch shows none twice where it need not. */
  private async ofClasses(random: Random): Promise<Example[]> {
    const { batch } = this.size
    const ways = Math.min(batch, this.source.classes)
    const shots = Math.ceil(batch / ways)
    const { support, names } = await this.source.draw(random, { ways, shots, queries: 0 })
    if (support.kind !== 'classification') throw new Error('a source of classes gave a task without them')
    if (!names) throw new TrainingError('Joint training needs data whose classes have names.')
    const numbers = names.map((name) => this.labels.get(name) ?? this.labels.set(name, this.labels.size).size - 1)
    const examples = support.inputs.map((example, i) => ({ example, target: at(numbers, at(support.classOf, i)) }))
    return shuffled(random, examples).slice(0, batch)
  }

  private async ofFunctions(random: Random): Promise<Example[]> {
    const examples: Example[] = []
    while (examples.length < this.size.batch) {
      const { support } = await this.source.draw(random, { ways: 0, shots: 10, queries: 10 })
      if (support.kind !== 'regression') throw new Error('a source without classes gave a task with classes')
      const { targets } = support
      examples.push(...support.inputs.map((example, i) => ({ example, target: at(targets, i) })))
    }
    return examples.slice(0, this.size.batch)
  }
}

interface Example {
  readonly example: Float32Array
  /** The class, or the values of a function. */
  readonly target: number | Float32Array
}
