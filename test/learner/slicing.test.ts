/** How a run of inner steps is cut into slices leaves no trace. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Executable, Tensors } from '../../src/engine/engine.js'
import { adaptProgram } from '../../src/learner/adapt-program.js'
import { initializationOf } from '../../src/learner/initialization.js'
import { InnerLoop, type InnerRun, type InnerState } from '../../src/learner/inner-loop.js'
import { layoutParameters } from '../../src/learner/parameters.js'
import { seeded } from '../../src/learner/random.js'
import { toEnd } from '../../src/learner/slices.js'
import type { Artifact, WidthSettings } from '../../src/model/artifact.js'
import { at, sizeOf } from '../../src/program/program.js'
import { createTestEngine } from '../engines.js'
import { expectSameBits } from './closeness.js'
import { adaptFeeds, floats } from './program-runs.js'
import { bodies, classifier, modelOf, optimizers, regressor } from './small-models.js'
import { noise, patternTask, surfaceTask } from './small-tasks.js'

const engine = createTestEngine()
afterAll(() => engine.close())

const STEPS = 9
const perStep = ['rates', 'x', 'y']

describe('the adapt program, cut anywhere', () => {
  const artifact = classifier({ layers: bodies.dropout, optimizer: optimizers['adam, beta1 0.9, moments carried'] })
  const shape = { classes: 3, clients: 2, batch: 4, slice: STEPS }
  const feeds = adaptFeeds(artifact, shape, 11)
  let executable: Executable
  beforeAll(async () => {
    executable = await engine.compile(adaptProgram(artifact, shape))
  })

  test('gives the same bits as in one run', async () => {
    const whole = await runInSlices(executable, feeds, [STEPS])
    const cuts = fc
      .array(fc.integer({ min: 0, max: STEPS }), { maxLength: STEPS })
      .map((ends) => lengthsBetween([...ends, STEPS]))
    await fc.assert(
      fc.asyncProperty(cuts, async (lengths) => {
        const sliced = await runInSlices(executable, feeds, lengths)
        expectSameBits(sliced.weights, whole.weights)
        expectSameBits(sliced.moments, whole.moments)
        expect(sliced.losses).toEqual(whole.losses)
      }),
      { numRuns: 25, seed: 1 },
    )
  })
})

/** The lengths of the pieces that end at `ends`, some of them perhaps 0. */
function lengthsBetween(ends: readonly number[]): number[] {
  const sorted = [...ends].sort((a, b) => a - b)
  return sorted.map((end, index) => end - (sorted[index - 1] ?? 0))
}

async function runInSlices(executable: Executable, feeds: Tensors, lengths: readonly number[]) {
  let [weights, moments] = [floats(feeds, 'weights'), floats(feeds, 'moments')]
  const losses: number[] = []
  let done = 0
  for (const steps of lengths) {
    const state = {
      weights: { shape: feeds.weights?.shape ?? [], data: weights },
      moments: { shape: feeds.moments?.shape ?? [], data: moments },
    }
    const results = await executable.run({
      ...feeds,
      ...stepsFrom(feeds, done),
      ...state,
      steps: { shape: [], data: Int32Array.of(steps) },
    })
    ;[weights, moments] = [floats(results, 'weights'), floats(results, 'moments')]
    losses.push(...floats(results, 'losses').subarray(0, 2 * steps))
    done += steps
  }
  return { weights, moments, losses }
}

/** The feeds that have a row a step, from step `first` on; what no step will read is zero. */
function stepsFrom(feeds: Tensors, first: number): Tensors {
  const stacks = Object.entries(feeds).filter(([name]) => perStep.includes(name) || name.startsWith('mask.'))
  return Object.fromEntries(
    stacks.map(([name, { shape, data }]) => {
      const rest = new Float32Array(data.length)
      rest.set(data.subarray(first * sizeOf(shape.slice(1))))
      return [name, { shape, data: rest }]
    }),
  )
}

describe('the inner loop, whatever its slices', () => {
  const width: WidthSettings = { classes: 3, batch: 4, steps: STEPS, learningRate: 0.05 }
  const models: Readonly<Record<string, Artifact>> = {
    'plain steps': classifier(),
    'momentum, starting afresh': classifier({ optimizer: optimizers.momentum }),
    'a bias correction that counts the steps': classifier({
      layers: bodies['dense layers'],
      optimizer: optimizers['adam, beta1 0.9, moments from zero'],
    }),
    regression: regressor({ widths: [{ ...width, classes: 0 }] }),
    dropout: classifier({ layers: bodies.dropout }),
  }

  test.each(Object.entries(models))('gives the same bits: %s', async (_name, artifact) => {
    const whole = await adaptInSlices(artifact, width, STEPS)
    for (const slice of [1, 2, 4, STEPS + 3]) {
      const sliced = await adaptInSlices(artifact, width, slice)
      expectSameBits(sliced.weights, whole.weights)
      expectSameBits(sliced.moments, whole.moments)
      expect(sliced.losses).toEqual(whole.losses)
    }
    expect(whole.losses).toHaveLength(STEPS)
  })
})

describe('an inner loop that is cut', () => {
  const artifact = classifier({ optimizer: optimizers['adam, beta1 0.9, moments from zero'] })
  const width: WidthSettings = { classes: 3, batch: 4, steps: 6, learningRate: 0.05 }
  const support = patternTask(4, 3, 3)
  const shared = new Float32Array(0)
  const weights = noise(seeded(2), layoutParameters(artifact, 3).adaptedSize)
  const moments = new Float32Array(2 * weights.length)
  let innerLoop: InnerLoop
  beforeAll(async () => {
    innerLoop = await InnerLoop.compile(engine, artifact, width, 4)
  })
  afterAll(() => innerLoop.dispose())

  test('stops after those steps, gives the weights there, and ends as if it had not stopped', async () => {
    const whole = await innerLoop.run({ weights, moments }, { shared }, support, { ...width, seed: 8 })
    const own = Float32Array.from(weights)
    const stops: { steps: number; weights: Float32Array }[] = []
    const work = innerLoop.slices({ weights: own, moments }, { shared }, support, {
      ...width,
      seed: 8,
      cuts: [1, 3, 9],
      onSlice: (steps) => stops.push({ steps, weights: Float32Array.from(own) }),
    })
    const { losses } = await toEnd(work)
    expect(stops.map(({ steps }) => steps)).toEqual([1, 3, 6])
    expectSameBits(own, whole.weights)
    expect(losses).toEqual(whole.losses)
    const short = await innerLoop.run({ weights, moments }, { shared }, support, { ...width, steps: 3, seed: 8 })
    expectSameBits(at(stops, 1).weights, short.weights)
  })

  test('goes on, in another run, where the optimizer stands', async () => {
    const model = regressor({ optimizer: optimizers['adam, beta1 0.9, moments from zero'] })
    // All mini-batches of a single example are the same.
    const single = surfaceTask(4, 1)
    const loop = await InnerLoop.compile(engine, model, { ...width, classes: 0 }, 4)
    const weights = noise(seeded(2), layoutParameters(model, 0).adaptedSize)
    const run = (state: InnerState, steps: number, firstStep: number) =>
      loop.run(state, { shared }, single, { ...width, seed: 8, steps, firstStep })
    const fresh = { weights, moments: new Float32Array(2 * weights.length) }
    const [both, half] = [await run(fresh, 2, 0), await run(fresh, 1, 0)]
    expectSameBits((await run(half, 1, 1)).weights, both.weights)
    expect((await run(half, 1, 0)).weights).not.toEqual(both.weights)
    await loop.dispose()
  })
})

async function adaptInSlices(artifact: Artifact, width: WidthSettings, slice: number): Promise<InnerRun> {
  const settings = { ...width, classes: artifact.task === 'classification' ? width.classes : 0 }
  const layout = layoutParameters(artifact, settings.classes)
  const weights = noise(seeded(2), layout.adaptedSize)
  const { optimizer } = artifact.innerLoop
  const moments = new Float32Array(
    optimizer.type === 'sgd'
      ? 0
      : optimizer.type === 'adam' && optimizer.beta1 > 0
        ? 2 * weights.length
        : weights.length,
  )
  const innerLoop = await InnerLoop.compile(engine, artifact, settings, slice)
  const support = artifact.task === 'classification' ? patternTask(4, 3, 3) : surfaceTask(4, 7)
  const run = await innerLoop.run({ weights, moments }, initializationOf(modelOf(artifact)), support, {
    ...settings,
    seed: 8,
  })
  await innerLoop.dispose()
  expect(at(run.weights, 0)).not.toBe(at(weights, 0))
  return run
}
