/** `npm run train -- MODEL [options]`: meta-trains a shipped model and writes its artifact. */
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { OnnxEngine } from '../engine/onnx/engine.js'
import { createLearner } from '../learner/create-learner.js'
import { type Initialization, tensorsOf } from '../learner/initialization.js'
import type { SupportSet } from '../learner/learner.js'
import { type Random, seeded } from '../learner/random.js'
import type { Artifact } from '../model/artifact.js'
import { saveModel } from '../model/save.js'
import { type Blueprint, blueprints } from './blueprints.js'
import { accuracy, sineError } from './evaluate.js'
import { holdOut, type ImageClass, readImageFolder, withRotations } from './image-folder.js'
import { type MetaSettings, metaTrain } from './meta-train.js'
import { randomInitialization } from './start.js'
import { drawImageTask, drawSineTask } from './tasks.js'

const usage = `Usage: npm run train -- MODEL [options]

MODEL                ${Object.keys(blueprints).join(' or ')}
--data DIR           images to learn from, one folder a class (image models)
--out DIR            where the models lie (default: models)
--iterations N       meta-iterations
--tasks N            tasks a meta-step
--ways N --shots N   classes of a training task, and images of each (image models)
--batch N --steps N --rate X --meta-step X
--head HEAD          prototypes or shared (image models)
--hold-out N         classes kept back to choose settings on (default: 100)
--seed N

Example: npm run train -- sine-mlp
`

const options = {
  data: { type: 'string' },
  out: { type: 'string', default: 'models' },
  iterations: { type: 'string' },
  tasks: { type: 'string' },
  ways: { type: 'string', default: '20' },
  shots: { type: 'string', default: '6' },
  batch: { type: 'string' },
  steps: { type: 'string' },
  rate: { type: 'string' },
  'meta-step': { type: 'string' },
  head: { type: 'string', default: 'prototypes' },
  'hold-out': { type: 'string', default: '100' },
  seed: { type: 'string', default: '1' },
  help: { type: 'boolean', default: false },
} as const

const { values, positionals } = parseArgs({ options, allowPositionals: true })
const blueprint = blueprints[positionals[0] ?? '']
if (values.help || !blueprint) {
  console.log(usage)
  process.exit(values.help ? 0 : 2)
}

const seed = number('seed', 1)
const random = seeded(seed)
// What meta-training runs is not the model's own inner loop but this one.
const engine = OnnxEngine.create({ workers: cpus().length, threads: 1 })
await (blueprint.task === 'classification' ? trainOnImages(blueprint) : trainOnSines(blueprint))
await engine.close()

async function trainOnImages(base: Blueprint): Promise<void> {
  if (base.input.kind !== 'image' || !values.data)
    throw new Error(`${base.name} learns from images: name their folder with --data DIR.`)
  const head = values.head === 'shared' ? ({ kind: 'shared' } as const) : base.head
  const plan = { ...base, ...(head ? { head } : {}) }
  const ways = number('ways', 20)
  const shots = number('shots', 6)
  const settings: MetaSettings = {
    iterations: number('iterations', 20_000),
    tasksPerStep: number('tasks', 4),
    inner: {
      classes: ways,
      batch: number('batch', ways),
      steps: number('steps', 5),
      learningRate: number('rate', 0.001),
    },
    metaStep: number('meta-step', 1),
  }
  console.log(`reading ${values.data}`)
  const { training, heldOut } = holdOut(random, await readImageFolder(values.data, base.input), number('hold-out', 100))
  const classes = withRotations(training, base.input)
  console.log(`${training.length} classes to train on, with rotations ${classes.length}; ${heldOut.length} held out`)
  await train(
    plan,
    settings,
    random,
    () => drawImageTask(random, classes, ways, shots, 0).support,
    (artifact, state) => measureImages(artifact, state, heldOut),
  )
}

async function trainOnSines(base: Blueprint): Promise<void> {
  const settings: MetaSettings = {
    iterations: number('iterations', 30_000),
    tasksPerStep: number('tasks', 4),
    inner: { classes: 0, batch: number('batch', 10), steps: number('steps', 10), learningRate: number('rate', 0.02) },
    metaStep: number('meta-step', 0.5),
  }
  await train(base, settings, random, () => drawSineTask(random, 50, 'even').support, measureSines)
}

type Measure = (artifact: Artifact, state: Initialization) => Promise<Record<string, string>>

async function train(
  base: Blueprint,
  settings: MetaSettings,
  random: Random,
  draw: () => SupportSet,
  measure: Measure,
): Promise<void> {
  const provenance = { command: `npm run train -- ${process.argv.slice(2).join(' ')}`, seed, settings }
  const artifact: Artifact = { ...base, weights: { file: '', sha256: '' }, provenance }
  const directory = join(values.out, base.name)
  const save = async (state: Initialization, reached: Record<string, unknown>): Promise<void> =>
    saveModel(directory, { ...base, provenance: { ...provenance, ...reached } }, tensorsOf(artifact, state))
  const every = Math.max(1, Math.floor(settings.iterations / 20))
  const started = performance.now()
  let state = randomInitialization(artifact, random)
  for await (const { iteration, initialization, firstLoss, lastLoss } of metaTrain(
    engine,
    artifact,
    state,
    settings,
    random,
    draw,
  )) {
    state = initialization
    if (iteration % every !== 0 && iteration !== settings.iterations) continue
    const rate = iteration / ((performance.now() - started) / 1000)
    const left = Math.round((settings.iterations - iteration) / rate)
    console.log(
      `${iteration}/${settings.iterations}  loss ${firstLoss.toFixed(4)} -> ${lastLoss.toFixed(4)}  ${rate.toFixed(1)} meta-iterations/s  ${left} s left`,
    )
    await save(state, { iterations: iteration })
  }
  const reached = await measure(artifact, state)
  console.log(reached)
  await save(state, { iterations: settings.iterations, reached })
}

async function measureImages(
  artifact: Artifact,
  state: Initialization,
  heldOut: readonly ImageClass[],
): Promise<Record<string, string>> {
  const learner = await createLearner({ artifact, digest: '', tensors: tensorsOf(artifact, state) }, engine, {
    supports: [5, 25, 100],
    queries: [8, 32],
  })
  const cells: [string, string][] = []
  for (const ways of [5, 20])
    for (const shots of [1, 5])
      for (const steps of [0, undefined]) {
        const { mean, interval } = await accuracy(learner, heldOut, { ways, shots, tasks: 200, seed: 1, steps })
        cells.push([
          `held-out ${ways}-way ${shots}-shot, ${steps ?? 'default'} steps`,
          `${(100 * mean).toFixed(2)} % +- ${(100 * interval).toFixed(2)}`,
        ])
      }
  await learner.close()
  return Object.fromEntries(cells)
}

async function measureSines(artifact: Artifact, state: Initialization): Promise<Record<string, string>> {
  const learner = await createLearner({ artifact, digest: '', tensors: tensorsOf(artifact, state) }, engine)
  const protocol = { points: 10, tasks: 500, seed: 1 }
  const before = await sineError(learner, { ...protocol, steps: 0 })
  const after = await sineError(learner, protocol)
  await learner.close()
  return { 'squared error, 0 steps': before.mean.toFixed(4), 'squared error, default steps': after.mean.toFixed(4) }
}

function number(name: Exclude<keyof typeof options, 'help'>, otherwise: number): number {
  const value = Number(values[name] ?? otherwise)
  if (!Number.isFinite(value) || value < 0)
    throw new Error(`--${name} must be a number of at least 0, not ${values[name]}.`)
  return value
}
