/** Plays a case of golden.json with this project's own programs on an engine. */
import type { Engine, Tensor, Tensors } from '../../src/engine/engine.js'
import { adaptProgram, dropoutMasks } from '../../src/learner/adapt-program.js'
import { featuresProgram } from '../../src/learner/features-program.js'
import { gaussianHeadProgram } from '../../src/learner/gaussian-head.js'
import { headFromPrototypes, headFromVector } from '../../src/learner/head.js'
import { type Initialization, initializationOf, startingMoments } from '../../src/learner/initialization.js'
import { rateOf } from '../../src/learner/optimizers.js'
import { featureSize, layoutParameters } from '../../src/learner/parameters.js'
import { populationFeeder } from '../../src/learner/population.js'
import { predictProgram } from '../../src/learner/predict-program.js'
import { gaussianHead } from '../../src/learner/starting-head.js'
import { concatenated, floats } from '../../src/learner/vectors.js'
import type { Artifact, Model } from '../../src/model/artifact.js'
import type { Program } from '../../src/program/program.js'
import { at, sizeOf } from '../../src/program/program.js'
import type { GoldenCase } from './golden-file.js'
import { makeInputs, makeTargets } from './inputs.js'

export interface Played {
  readonly width: number
  /** Flat, as layoutParameters(artifact, width) says; so are weights and second moments. */
  readonly start: Float32Array
  readonly weights: Float32Array
  readonly moments: Float32Array
  readonly losses: Float32Array
  /** As the features program gives them: mean and inverse deviation of each batch norm. */
  readonly statistics: Float32Array
  /** One row a query: probabilities of all classes of the width, or values. */
  readonly predictions: readonly Float32Array[]
}

export async function playCase(engine: Engine, model: Model, golden: GoldenCase): Promise<Played> {
  const { artifact } = model
  const width = at(
    artifact.innerLoop.widths.filter(({ classes }) => classes >= golden.classes),
    0,
  ).classes
  const { support, queries } = makeInputs(artifact.input, golden.classes, golden.seed, golden.examples, golden.queries)
  const initialization = initializationOf(model)
  const { adaptedSize, bodySize } = layoutParameters(artifact, width)
  const common = initialization.shared.length > 0 ? { shared: row(initialization.shared) } : {}
  const featuresOf = (body: Float32Array) =>
    runOnce(engine, featuresProgram(artifact, { clients: 1, examples: support.length }), {
      ...common,
      ...(body.length > 0 ? { weights: row(body) } : {}),
      x: stack(support),
      exampleWeights: row(new Float32Array(support.length).fill(1 / support.length)),
      ...populationFeeder(artifact)(initialization.population, support.length),
    })

  const head = await startHead(engine, artifact, initialization, golden, width, featuresOf)
  const start = concatenated(initialization.body, head)
  if (start.length !== adaptedSize) throw new Error(`the start has ${start.length} numbers, the layout ${adaptedSize}`)
  const moments = startingMoments(artifact, initialization, width)
  const state = { ...common, weights: row(start), ...(moments.length > 0 ? { moments: row(moments) } : {}) }
  const shape = { classes: width, clients: 1, batch: at(golden.batches, 0).length, slice: golden.batches.length }
  const adapted = await runOnce(engine, adaptProgram(artifact, shape), {
    ...state,
    ...populationFeeder(artifact)(initialization.population, Math.min(shape.batch, support.length)),
    ...miniBatches(artifact, golden, support, width),
  })
  const weights = floats(adapted, 'weights')
  const { statistics } = await featuresOf(weights.subarray(0, bodySize))
  const predicted = await runOnce(
    engine,
    predictProgram(artifact, { classes: width, clients: 1, examples: queries.length }),
    {
      ...common,
      weights: row(weights),
      ...(statistics ? { statistics } : {}),
      x: stack(queries),
    },
  )
  return {
    width,
    start,
    weights,
    moments: adapted.moments ? floats(adapted, 'moments') : moments,
    losses: floats(adapted, 'losses'),
    statistics: statistics ? floats({ statistics }, 'statistics') : new Float32Array(),
    predictions: rowsOf(floats(predicted, 'outputs'), queries.length),
  }
}

async function startHead(
  engine: Engine,
  artifact: Artifact,
  initialization: Initialization,
  { classes, examples }: GoldenCase,
  width: number,
  featuresOf: (body: Float32Array) => Promise<Tensors>,
): Promise<Float32Array> {
  if (!artifact.head) return new Float32Array()
  if (artifact.head.kind === 'shared') return headFromVector(initialization.head ?? new Float32Array(), classes, width)
  const features = rowsOf(floats(await featuresOf(initialization.body), 'features'), examples)
  const classOf = features.map((_, example) => example % classes)
  const { scale, gaussian } = artifact.head
  const known = initialization.classes
  if (!gaussian || !known) return headFromPrototypes(features, classOf, classes, width, scale)
  const program = await engine.compile(gaussianHeadProgram(artifact, width))
  const head = await gaussianHead(program, known, features, { classOf, classes }, width)
  await program.dispose()
  return head
}

/** All steps in one run; dropout is off. */
function miniBatches(
  artifact: Artifact,
  { batches, learningRate, classes }: GoldenCase,
  support: readonly Float32Array[],
  width: number,
): Tensors {
  const batch = at(batches, 0).length
  const order = batches.flat()
  const targets =
    classes > 0
      ? support.map((_, example) => oneHot(example % classes, width))
      : makeTargets(support, featureSize(artifact))
  const stepsOf = (rows: readonly Float32Array[]): Tensor => {
    const chosen = stack(order.map((example) => at(rows, example)))
    return { ...chosen, shape: [batches.length, 1, batch, at(rows, 0).length] }
  }
  const rates = Float32Array.from(batches, (_, step) => rateOf(artifact.innerLoop.optimizer, learningRate, step))
  const masks = dropoutMasks(artifact, batch).map(({ name, shape }) => {
    const all = [batches.length, 1, ...shape]
    return [name, { shape: all, data: new Float32Array(sizeOf(all)).fill(1) }] as const
  })
  return {
    rates: { shape: [batches.length, 1], data: rates },
    steps: { shape: [], data: Int32Array.of(batches.length) },
    x: stepsOf(support),
    y: stepsOf(targets),
    ...Object.fromEntries(masks),
  }
}

async function runOnce(engine: Engine, program: Program, feeds: Tensors): Promise<Tensors> {
  const executable = await engine.compile(program)
  const results = await executable.run(feeds)
  await executable.dispose()
  return results
}

function oneHot(label: number, width: number): Float32Array {
  return Float32Array.from({ length: width }, (_, index) => Number(index === label))
}

/** [1, n] */
function row(data: Float32Array): Tensor {
  return { shape: [1, data.length], data }
}

/** [1, rows, length] */
function stack(rows: readonly Float32Array[]): Tensor {
  const data = Float32Array.from(rows.flatMap((values) => [...values]))
  return { shape: [1, rows.length, data.length / rows.length], data }
}

function rowsOf(data: Float32Array, count: number): Float32Array[] {
  const size = data.length / count
  return Array.from({ length: count }, (_, index) => data.subarray(index * size, (index + 1) * size))
}
