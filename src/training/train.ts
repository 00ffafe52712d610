/** Meta-trains one of the shipped models, writes checkpoints on the way, and measures what came out. */
import { join } from 'node:path'
import type { Engine } from '../engine/engine.js'
import { createLearner } from '../learner/create-learner.js'
import { type Initialization, tensorsOf } from '../learner/initialization.js'
import type { SupportSet } from '../learner/learner.js'
import { type Random, seeded } from '../learner/random.js'
import type { Artifact } from '../model/artifact.js'
import { saveModel } from '../model/save.js'
import { accuracy, sineError } from './evaluate.js'
import { holdOut, type ImageClass, readImageFolder, withRotations } from './image-folder.js'
import { metaTrain } from './meta-train.js'
import type { TrainOptions } from './options.js'
import { randomInitialization } from './start.js'
import { drawImageTask, drawSineTask } from './tasks.js'
import { TrainingError } from './training-error.js'

/** Where training tasks come from, and how the trained model is measured. */
interface Curriculum {
  draw(): SupportSet
  measure(artifact: Artifact, state: Initialization): Promise<Record<string, string>>
}

/** Writes OUT/<model>/ (model.json and weights); `command` goes into its provenance. Throws TrainingError. */
export async function train(
  engine: Engine,
  options: TrainOptions,
  command: string,
  print: (line: string) => void,
): Promise<void> {
  const { blueprint, settings, seed } = options
  const random = seeded(seed)
  const curriculum =
    blueprint.task === 'classification'
      ? await imageCurriculum(engine, options, random, print)
      : sineCurriculum(engine, random)
  const provenance = { command, seed, settings }
  const artifact: Artifact = { ...blueprint, weights: { file: '', sha256: '' }, provenance }
  const directory = join(options.out, blueprint.name)
  const save = (state: Initialization, reached: Record<string, unknown>): Promise<void> =>
    saveModel(directory, { ...blueprint, provenance: { ...provenance, ...reached } }, tensorsOf(artifact, state))
  const every = Math.max(1, Math.floor(settings.iterations / 20))
  const started = performance.now()
  let state = randomInitialization(artifact, random)
  for await (const progress of metaTrain(engine, artifact, state, settings, random, curriculum.draw)) {
    const { iteration, firstLoss, lastLoss } = progress
    if (!Number.isFinite(lastLoss) || !progress.initialization.body.every(Number.isFinite)) {
      throw new TrainingError(`Training diverged at meta-iteration ${iteration}: use a smaller --rate or --meta-step.`)
    }
    state = progress.initialization
    if (iteration % every !== 0 && iteration !== settings.iterations) continue
    const rate = iteration / ((performance.now() - started) / 1000)
    const left = Math.round((settings.iterations - iteration) / rate)
    const losses = `loss ${firstLoss.toFixed(4)} -> ${lastLoss.toFixed(4)}`
    print(`${iteration}/${settings.iterations}  ${losses}  ${rate.toFixed(1)} meta-iterations/s  ${left} s left`)
    await save(state, { iterations: iteration })
  }
  const reached = await curriculum.measure(artifact, state)
  for (const [what, figure] of Object.entries(reached)) print(`${what}: ${figure}`)
  await save(state, { iterations: settings.iterations, reached })
  print(`written to ${directory}`)
}

async function imageCurriculum(
  engine: Engine,
  options: TrainOptions,
  random: Random,
  print: (line: string) => void,
): Promise<Curriculum> {
  const { blueprint, data, settings, shots } = options
  if (blueprint.input.kind !== 'image' || data === undefined) {
    throw new TrainingError(`${blueprint.name} learns from images: name their folder with --data DIR.`)
  }
  print(`reading ${data}`)
  const { training, heldOut } = holdOut(random, await readImageFolder(data, blueprint.input), options.holdOut)
  const classes = withRotations(training, blueprint.input)
  print(`${training.length} classes to train on, with rotations ${classes.length}; ${heldOut.length} held out`)
  return {
    draw: () => drawImageTask(random, classes, settings.inner.classes, shots, 0).support,
    measure: (artifact, state) => measureImages(engine, artifact, state, heldOut),
  }
}

function sineCurriculum(engine: Engine, random: Random): Curriculum {
  return {
    draw: () => drawSineTask(random, 50, 'even').support,
    measure: (artifact, state) => measureSines(engine, artifact, state),
  }
}

async function measureImages(
  engine: Engine,
  artifact: Artifact,
  state: Initialization,
  heldOut: readonly ImageClass[],
): Promise<Record<string, string>> {
  const sizes = { supports: [5, 25, 100], queries: [8, 32] }
  const learner = await createLearner({ artifact, digest: '', tensors: tensorsOf(artifact, state) }, engine, sizes)
  const cells: [string, string][] = []
  for (const ways of [5, 20].filter((count) => count <= heldOut.length))
    for (const shots of [1, 5])
      for (const steps of [0, undefined]) {
        const { mean, interval } = await accuracy(learner, heldOut, { ways, shots, tasks: 200, seed: 1, steps })
        const name = `held-out ${ways}-way ${shots}-shot, ${steps ?? 'default'} steps`
        cells.push([name, `${(100 * mean).toFixed(2)} % +- ${(100 * interval).toFixed(2)}`])
      }
  await learner.close()
  return Object.fromEntries(cells)
}

async function measureSines(
  engine: Engine,
  artifact: Artifact,
  state: Initialization,
): Promise<Record<string, string>> {
  const learner = await createLearner({ artifact, digest: '', tensors: tensorsOf(artifact, state) }, engine)
  const protocol = { points: 10, tasks: 500, seed: 1 }
  const before = await sineError(learner, { ...protocol, steps: 0 })
  const after = await sineError(learner, protocol)
  await learner.close()
  return {
    'squared error, 0 steps': before.mean.toFixed(4),
    'squared error, default steps': after.mean.toFixed(4),
  }
}
