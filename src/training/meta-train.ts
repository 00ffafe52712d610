/** Reptile (paper, algorithm 2): inner loops on a few tasks, then a step of the initialization towards where they ended. */
import type { Engine, Executable } from '../engine/engine.js'
import { Features } from '../learner/features.js'
import { headFromPrototypes, headFromVector, meanOverClasses } from '../learner/head.js'
import { carriesMoments, type Initialization, startingMoments } from '../learner/initialization.js'
import { InnerLoop } from '../learner/inner-loop.js'
import type { ClassificationSupport, SupportSet } from '../learner/learner.js'
import { metaStepProgram } from '../learner/meta-step.js'
import { below, type Random } from '../learner/random.js'
import { concatenated } from '../learner/vectors.js'
import type { Artifact, WidthSettings } from '../model/artifact.js'
import { at } from '../program/program.js'

export interface MetaSettings {
  readonly iterations: number
  readonly tasksPerStep: number
  /** The inner loop of meta-training; `classes` is the number of ways of its tasks (0: regression). */
  readonly inner: WidthSettings
  /** Epsilon of the first meta-step; it falls to 0 in a line. */
  readonly metaStep: number
}

export interface Progress {
  readonly iteration: number
  readonly initialization: Initialization
  /** Mean losses of the first and of the last inner step of this iteration's tasks. */
  readonly firstLoss: number
  readonly lastLoss: number
}

/** Yields after every meta-step. `draw` gives a task; for heads from prototypes each class's first example makes the prototype. */
export async function* metaTrain(
  engine: Engine,
  artifact: Artifact,
  start: Initialization,
  settings: MetaSettings,
  random: Random,
  draw: () => SupportSet,
): AsyncGenerator<Progress> {
  const { iterations, tasksPerStep, inner, metaStep } = settings
  const width = inner.classes
  const innerLoop = await InnerLoop.compile(engine, artifact, inner, inner.steps)
  const features = artifact.head?.kind === 'prototypes' ? await Features.compile(engine, artifact, [width]) : undefined
  const stepper = new MetaStepper(engine, tasksPerStep)
  try {
    let state = start
    for (let iteration = 0; iteration < iterations; iteration++) {
      const learningRate = inner.learningRate * warmUp(artifact, inner.steps * (iteration + 1))
      const moments = startingMoments(artifact, state, width)
      const current = state
      const runs = await Promise.all(
        Array.from({ length: tasksPerStep }, async () => {
          const support = draw()
          const seed = below(random, 2 ** 31)
          const weights = concatenated(current.body, await startHead(artifact, current, support, features, width))
          return innerLoop.run({ weights, moments }, current.shared, support, {
            steps: inner.steps,
            learningRate,
            seed,
          })
        }),
      )
      const parts = runs.map((run) => splitRun(run.weights, run.moments, current.body.length, width))
      const epsilon = metaStep * (1 - iteration / iterations)
      const mean = (index: number) => runs.reduce((sum, { losses }) => sum + at(losses, index), 0) / runs.length
      state = await metaStepOf(stepper, artifact, current, parts, epsilon)
      yield { iteration: iteration + 1, initialization: state, firstLoss: mean(0), lastLoss: mean(inner.steps - 1) }
    }
  } finally {
    await innerLoop.dispose()
    await features?.dispose()
    await stepper.dispose()
  }
}

/** Where the next tasks start: body and head a step towards where the runs ended. */
async function metaStepOf(
  stepper: MetaStepper,
  artifact: Artifact,
  current: Initialization,
  runs: readonly RunParts[],
  epsilon: number,
): Promise<Initialization> {
  const towards = (vector: Float32Array, part: keyof RunParts, size: number): Promise<Float32Array> =>
    stepper.step(
      vector,
      runs.map((run) => run[part]),
      size,
    )
  const next = {
    ...current,
    body: await towards(current.body, 'body', epsilon),
    head: current.head && (await towards(current.head, 'head', epsilon)),
  }
  if (!carriesMoments(artifact)) return next
  // The second moments belong to the initialization and run on: their mean over the tasks is where the next ones start.
  return {
    ...next,
    bodyMoments: await towards(current.bodyMoments, 'bodyMoments', 1),
    headMoments: await towards(current.headMoments, 'headMoments', 1),
  }
}

/** Carried moments start at zero and are not corrected in an adaptation; in the first meta-iterations that must be made up for. */
function warmUp(artifact: Artifact, stepsDone: number): number {
  const { optimizer } = artifact.innerLoop
  return optimizer.type === 'adam' && carriesMoments(artifact) ? Math.sqrt(1 - optimizer.beta2 ** stepsDone) : 1
}

async function startHead(
  artifact: Artifact,
  { body, shared, head }: Initialization,
  support: SupportSet,
  features: Features | undefined,
  width: number,
): Promise<Float32Array> {
  if (support.kind === 'regression') return new Float32Array(0)
  if (head) return headFromVector(head, support.classes, width)
  if (!features || artifact.head?.kind !== 'prototypes') throw new Error(`${artifact.name} has no head to start from`)
  // One image a class: prototypes from more of what the inner loop sees leave it nothing to learn.
  const first = firstOfEachClass(support)
  const { features: rows } = await features.of(body, shared, first)
  return headFromPrototypes(
    rows,
    first.map((_, label) => label),
    support.classes,
    width,
    artifact.head.scale,
  )
}

function firstOfEachClass({ inputs, classOf, classes }: ClassificationSupport): Float32Array[] {
  return Array.from({ length: classes }, (_, label) => at(inputs, classOf.indexOf(label)))
}

interface RunParts {
  readonly body: Float32Array
  readonly head: Float32Array
  readonly bodyMoments: Float32Array
  readonly headMoments: Float32Array
}

/** What a run changed, with the head's rows as one: their mean over the classes. */
function splitRun(weights: Float32Array, moments: Float32Array, bodySize: number, classes: number): RunParts {
  const second = moments.subarray(Math.max(0, moments.length - weights.length))
  const row = (head: Float32Array) => (head.length > 0 ? meanOverClasses(head, classes, classes) : head)
  return {
    body: weights.subarray(0, bodySize),
    head: row(weights.subarray(bodySize)),
    bodyMoments: second.subarray(0, bodySize),
    headMoments: row(second.subarray(bodySize)),
  }
}

/** Runs the meta-step program, compiled once for each length of vector. */
class MetaStepper {
  private readonly executables = new Map<number, Executable>()

  constructor(
    private readonly engine: Engine,
    private readonly tasks: number,
  ) {}

  async step(theta: Float32Array, phis: readonly Float32Array[], epsilon: number): Promise<Float32Array> {
    const size = theta.length
    if (size === 0) return theta
    const executable = this.executables.get(size) ?? (await this.engine.compile(metaStepProgram(size, this.tasks)))
    this.executables.set(size, executable)
    const results = await executable.run({
      theta: { shape: [1, size], data: theta },
      phi: { shape: [this.tasks, size], data: concatenated(...phis) },
      epsilon: { shape: [], data: Float32Array.of(epsilon) },
    })
    return results.theta?.data as Float32Array
  }

  async dispose(): Promise<void> {
    for (const executable of this.executables.values()) await executable.dispose()
  }
}
