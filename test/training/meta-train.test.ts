/** Meta-training as a whole, on tasks small enough for a few seconds. */
import { afterAll, describe, expect, test } from 'vitest'
import { OnnxEngine } from '../../src/engine/onnx/engine.js'
import { createLearner } from '../../src/learner/create-learner.js'
import { type Initialization, tensorsOf } from '../../src/learner/initialization.js'
import type { Learner, SupportSet } from '../../src/learner/learner.js'
import { fraction, type Random, seeded } from '../../src/learner/random.js'
import type { Artifact } from '../../src/model/artifact.js'
import { accuracy, sineError } from '../../src/training/evaluate.js'
import type { ImageClass } from '../../src/training/image-folder.js'
import { type MetaSettings, metaTrain, type Progress } from '../../src/training/meta-train.js'
import { randomInitialization } from '../../src/training/start.js'
import { drawImageTask, drawSineTask } from '../../src/training/tasks.js'
import { expectClose, expectSameBits } from '../learner/closeness.js'
import { classifier, optimizers, regressor } from '../learner/small-models.js'

const engine = OnnxEngine.create({ workers: 2, threads: 1 })
afterAll(() => engine.close())

async function trained(
  artifact: Artifact,
  settings: MetaSettings,
  seed: number,
  draw: (random: Random) => SupportSet,
): Promise<{ start: Initialization; history: Progress[]; end: Initialization }> {
  const random = seeded(seed)
  const start = randomInitialization(artifact, random)
  const history: Progress[] = []
  for await (const progress of metaTrain(engine, artifact, start, settings, random, () => draw(random)))
    history.push(progress)
  return { start, history, end: history.at(-1)?.initialization ?? start }
}

function learnerFrom(artifact: Artifact, initialization: Initialization): Promise<Learner> {
  return createLearner({ artifact, digest: '', tensors: tensorsOf(artifact, initialization) }, engine, {
    supports: [10, 50],
    queries: [10, 50],
  })
}

const sines: Artifact = {
  ...regressor({
    layers: [
      { type: 'dense', units: 32 },
      { type: 'tanh' },
      { type: 'dense', units: 32 },
      { type: 'tanh' },
      { type: 'dense', units: 1 },
    ],
    widths: [{ classes: 0, batch: 10, steps: 32, learningRate: 0.02 }],
  }),
  input: { kind: 'values', length: 1 },
}
const sineSettings: MetaSettings = {
  iterations: 600,
  tasksPerStep: 2,
  inner: { classes: 0, batch: 10, steps: 10, learningRate: 0.02 },
  metaStep: 0.5,
}
const drawSine = (random: Random) => drawSineTask(random, 50, 'even').support

describe('meta-training on sine waves', () => {
  test('finds an initialization from which a wave is learned better than from a random one', async () => {
    const { start, end } = await trained(sines, sineSettings, 1, drawSine)
    const [before, after] = await Promise.all(
      [start, end].map(async (state) => sineError(await learnerFrom(sines, state), { points: 10, tasks: 50, seed: 2 })),
    )
    expect(after?.mean).toBeLessThan(0.5 * (before?.mean ?? 0))
  })

  test('gives the same initialization for the same seed', async () => {
    const settings = { ...sineSettings, iterations: 3 }
    const [first, again, other] = [
      await trained(sines, settings, 1, drawSine),
      await trained(sines, settings, 1, drawSine),
      await trained(sines, settings, 2, drawSine),
    ]
    expectSameBits(again.end.body, first.end.body)
    expect(other.end.body).not.toEqual(first.end.body)
  })

  test('goes nowhere in meta-steps of 0', async () => {
    const { start, end } = await trained(sines, { ...sineSettings, iterations: 2, metaStep: 0 }, 1, drawSine)
    expectSameBits(end.body, start.body)
  })

  test('tells of every iteration, whose steps grow shorter to the end', async () => {
    const { start, history } = await trained(sines, { ...sineSettings, iterations: 5 }, 1, drawSine)
    expect(history.map(({ iteration }) => iteration)).toEqual([1, 2, 3, 4, 5])
    const states = [start, ...history.map(({ initialization }) => initialization)]
    expect(states.every(({ body }, i) => i === 0 || body.some((value, j) => value !== states[i - 1]?.body[j]))).toBe(
      true,
    )
    expect(history.every(({ firstLoss, lastLoss }) => Number.isFinite(firstLoss) && Number.isFinite(lastLoss))).toBe(
      true,
    )
  })
})

/** Twenty classes of 8 x 8 patterns of blots, six noisy images each. */
function blots(seed: number): ImageClass[] {
  const random = seeded(seed)
  return Array.from({ length: 20 }, () => {
    const cells = Float32Array.from({ length: 16 }, () => Number(fraction(random) < 0.4))
    return Array.from({ length: 6 }, () =>
      Float32Array.from(
        { length: 64 },
        (_, i) => 0.4 * (cells[4 * (i >> 4) + ((i & 7) >> 1)] ?? 0) + 0.6 * fraction(random),
      ),
    )
  })
}

describe('meta-training on images', () => {
  const optimizer = optimizers['adam, beta1 0, moments carried']
  const inner = { classes: 5, batch: 5, steps: 4, learningRate: 0.01 }
  const settings: MetaSettings = { iterations: 150, tasksPerStep: 2, inner, metaStep: 1 }
  const [training, heldOut] = [blots(1), blots(2)]
  const draw = (random: Random) => drawImageTask(random, training, 5, 4, 0).support

  test.each(['prototypes', 'shared'] as const)('tells new classes apart better, head %s', async (kind) => {
    const head = kind === 'shared' ? { kind } : { kind, scale: 0.3 }
    const artifact = classifier({ head, optimizer, widths: [{ ...inner, steps: 12 }] })
    const { start, end } = await trained(artifact, settings, 3, draw)
    const [before, after] = await Promise.all(
      [start, end].map(async (state) =>
        accuracy(await learnerFrom(artifact, state), heldOut, { ways: 5, shots: 1, tasks: 60, seed: 1 }),
      ),
    )
    expect(after?.mean).toBeGreaterThan((before?.mean ?? 1) + 0.05)
  })

  test('carries the second moments on, and they grow from zero', async () => {
    const artifact = classifier({ head: { kind: 'shared' }, optimizer })
    const { start, end } = await trained(artifact, { ...settings, iterations: 3 }, 3, draw)
    expectClose(start.bodyMoments, new Float32Array(start.bodyMoments.length), 1e-12)
    expect(end.bodyMoments.every((moment) => moment >= 0)).toBe(true)
    expect(end.bodyMoments.some((moment) => moment > 0)).toBe(true)
    expect(end.headMoments.some((moment) => moment > 0)).toBe(true)
  })

  test('leaves what the scope shares as it was', async () => {
    const artifact = classifier({ head: { kind: 'shared' }, scope: 'norm' })
    const { start, end } = await trained(artifact, { ...settings, iterations: 2 }, 3, draw)
    expectSameBits(end.shared, start.shared)
    expect(end.body).not.toEqual(start.body)
    expect(end.head).not.toEqual(start.head)
  })
})
