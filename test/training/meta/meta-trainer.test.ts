/** Meta-iterations: what they depend on, and what they do not. */
import { setImmediate } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import type { Engine, Executable } from '../../../src/engine/engine.js'
import { OnnxEngine } from '../../../src/engine/onnx/engine.js'
import type { Artifact } from '../../../src/model/artifact.js'
import type { MetaIteration, MetaState } from '../../../src/training/meta/meta-state.js'
import { MetaTrainer } from '../../../src/training/meta/meta-trainer.js'
import type { Algorithm, MetaSettings } from '../../../src/training/settings.js'
import type { TaskSource } from '../../../src/training/task.js'
import { DivergedError, TrainingError } from '../../../src/training/training-error.js'
import { expectSameBits } from '../../learner/closeness.js'
import { bodies, classifier, optimizers } from '../../learner/small-models.js'
import { blots, metaSettings, sineModel, sines } from './sources.js'

const engine = OnnxEngine.create({ workers: 2, threads: 1 })
const single = OnnxEngine.create({ workers: 1, threads: 1 })
afterAll(() => Promise.all([engine, single].map((own) => own.close())))

interface Trial {
  readonly artifact: Artifact
  readonly settings: MetaSettings
  readonly source?: TaskSource
  readonly on?: Engine
  readonly seed?: number
}

async function withTrainer<T>(
  { artifact, settings, source = blots(1), on = engine, seed = 1 }: Trial,
  use: (trainer: MetaTrainer) => Promise<T>,
): Promise<T> {
  const trainer = await MetaTrainer.create(on, artifact, settings, source, seed)
  return use(trainer).finally(() => trainer.close())
}

/** `count` iterations from a state, or from the start. */
function train(trial: Trial, count: number, from?: MetaState): Promise<MetaIteration[]> {
  return withTrainer(trial, async (trainer) => {
    const history: MetaIteration[] = []
    for (let i = 0; i < count; i++) history.push(await trainer.step(history.at(-1)?.state ?? from ?? trainer.start()))
    return history
  })
}

function end(history: readonly MetaIteration[]): MetaState {
  const last = history.at(-1)
  if (!last) throw new Error('nothing was trained')
  return last.state
}

function expectSameState(actual: MetaState, expected: MetaState): void {
  const vectors = ({ initialization: { body, shared, head, bodyMoments, headMoments }, outer }: MetaState) => [
    ...[body, shared, bodyMoments, headMoments],
    ...(head ? [head] : []),
    ...outer,
  ]
  expect(actual.iteration).toBe(expected.iteration)
  expect(vectors(actual)).toHaveLength(vectors(expected).length)
  vectors(actual).forEach((vector, i) => {
    expectSameBits(vector, vectors(expected)[i] ?? [])
  })
}

const algorithms: Readonly<Record<string, Algorithm>> = {
  reptile: { kind: 'reptile' },
  'fomaml, separate tail': { kind: 'fomaml', tail: 'separate' },
  'fomaml, shared tail': { kind: 'fomaml', tail: 'shared' },
  combination: { kind: 'combination', weights: [0.5, 1, 1] },
}
const outerAdam = { type: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const
const small = { iterations: 6, tasksPerStep: 3, ways: 3, shots: 3, batch: 4, steps: 3, learningRate: 0.01 }
const carried = optimizers['adam, beta1 0.9, moments carried']

describe.each(Object.entries(algorithms))('%s', (_name, algorithm) => {
  const artifact = classifier({ head: { kind: 'shared' }, optimizer: carried })
  const settings = metaSettings({ ...small, algorithm, outer: outerAdam, metaStep: 0.01 })

  test('goes on from a copy of its state bit for bit, with one worker as with two', async () => {
    const whole = await train({ artifact, settings }, 6)
    const half = structuredClone(end(await train({ artifact, settings }, 3)))
    expectSameState(end(await train({ artifact, settings }, 3, half)), end(whole))
    const alone = await train({ artifact, settings, on: single }, 6)
    expectSameState(end(alone), end(whole))
    expect(alone.map(({ firstLoss, lastLoss }) => [firstLoss, lastLoss])).toEqual(
      whole.map(({ firstLoss, lastLoss }) => [firstLoss, lastLoss]),
    )
  })

  const scopes = (['all', 'norm', 'head'] as const).flatMap((scope) => [
    { scope, head: { kind: 'shared' } as const },
    ...(scope === 'head' ? [] : [{ scope, head: { kind: 'prototypes', scale: 0.5 } as const }]),
  ])
  test.each(scopes)('moves what adapts and nothing else: scope $scope, head $head.kind', async ({ scope, head }) => {
    const model = classifier({ head, scope, layers: bodies.dropout })
    const [start, next] = await withTrainer(
      { artifact: model, settings: metaSettings({ ...small, algorithm }) },
      async (trainer) => {
        const first = trainer.start()
        const before = structuredClone(first)
        const { state } = await trainer.step(first)
        expectSameState(first, before)
        return [first.initialization, state.initialization]
      },
    )
    expectSameBits(next.shared, start.shared)
    expect(start.shared.length > 0).toBe(scope !== 'all')
    expect(start.body.length > 0).toBe(scope !== 'head')
    if (scope !== 'head') expect(next.body).not.toEqual(start.body)
    if (head.kind === 'shared') expect(next.head).not.toEqual(start.head)
    else expect(next.head).toBeUndefined()
  })

  test('learns a function', async () => {
    const settings = metaSettings({ ...small, ways: 0, shots: 10, batch: 5, algorithm })
    const { initialization } = end(await train({ artifact: sineModel, settings, source: sines }, 2))
    expect(initialization.head).toBeUndefined()
  })
})

describe('meta-training', () => {
  const artifact = classifier()
  const settings = metaSettings(small)

  test('is another for another seed', async () => {
    const [first, again, other] = [1, 1, 2].map((seed) => train({ artifact, settings, seed }, 2))
    expectSameState(end((await again) ?? []), end((await first) ?? []))
    expect(end((await other) ?? []).initialization.body).not.toEqual(end((await first) ?? []).initialization.body)
  })

  test.each(Object.entries(optimizers))('is the same on any number of workers: inner %s', async (_name, optimizer) => {
    const model = classifier({ optimizer })
    for (const algorithm of [algorithms.combination, algorithms['fomaml, separate tail']]) {
      const own = metaSettings({ ...small, algorithm: algorithm ?? { kind: 'reptile' } })
      const [two, one] = [engine, single].map((on) => train({ artifact: model, settings: own, on }, 2))
      expectSameState(end((await two) ?? []), end((await one) ?? []))
    }
  })

  test('does a step again from an older state, whatever was drawn meanwhile', async () => {
    await withTrainer({ artifact, settings }, async (trainer) => {
      const start = trainer.start()
      const { state } = await trainer.step(start)
      await trainer.step(state)
      expectSameState((await trainer.step(start)).state, state)
    })
  })

  test('with a batch of 0 takes the whole support set in every step', async () => {
    const { initialization } = end(await train({ artifact, settings: metaSettings({ ...small, batch: 0 }) }, 1))
    const whole = end(await train({ artifact, settings: metaSettings({ ...small, batch: 9 }) }, 1))
    expectSameBits(initialization.body, whole.initialization.body)
    const part = end(await train({ artifact, settings: metaSettings({ ...small, batch: 3 }) }, 1))
    expect(part.initialization.body).not.toEqual(initialization.body)
  })

  test('takes a single step and a single task', async () => {
    for (const algorithm of [{ kind: 'reptile' }, { kind: 'fomaml', tail: 'separate' }] as const) {
      const settings = metaSettings({ ...small, steps: 1, tasksPerStep: 1, algorithm })
      expect(await train({ artifact, settings }, 1)).toHaveLength(1)
    }
  })

  test('carries the second moments on, and they grow from zero', async () => {
    const model = classifier({ head: { kind: 'shared' }, optimizer: carried })
    const { bodyMoments, headMoments } = end(await train({ artifact: model, settings }, 3)).initialization
    expect(bodyMoments.every((moment) => moment >= 0)).toBe(true)
    expect(bodyMoments.some((moment) => moment > 0)).toBe(true)
    expect(headMoments.some((moment) => moment > 0)).toBe(true)
  })

  test('that diverges ends with a sentence', async () => {
    const wild = metaSettings({ ...small, learningRate: 1e20 })
    const model = classifier({ layers: bodies['dense layers'] })
    const training = train({ artifact: model, settings: wild }, 3)
    await expect(training).rejects.toThrow(DivergedError)
    await expect(training).rejects.toThrow(
      /diverged at meta-iteration \d: lower learningRate \(now 100000000000000000000\)/,
    )
  })

  test('tells of a failing engine once all tasks are done, and can go on', async () => {
    let failing = false
    const flakyOne = (executable: Executable): Executable => ({
      run: (...feeds) => (failing ? Promise.reject(new Error('no power')) : executable.run(...feeds)),
      dispose: () => executable.dispose(),
    })
    const flaky: Engine = {
      name: 'flaky',
      parallelism: 2,
      compile: async (program) => flakyOne(await single.compile(program)),
      compileForClients: async (programs) => (await single.compileForClients(programs)).map(flakyOne),
      close: async () => {},
    }
    await withTrainer({ artifact, settings, on: flaky }, async (trainer) => {
      const start = trainer.start()
      failing = true
      await expect(trainer.step(start)).rejects.toThrow('no power')
      failing = false
      expectSameState((await trainer.step(start)).state, end(await train({ artifact, settings }, 1)))
    })
  })

  test('passes on what the data cannot give, also of tasks that were drawn ahead', async () => {
    let left = 4
    let refused = (): void => {}
    const refusal = new Promise<void>((resolve) => {
      refused = resolve
    })
    const source: TaskSource = {
      ...blots(1),
      draw: (random, episode) => {
        if (left-- > 0) return blots(1).draw(random, episode)
        refused()
        return Promise.reject(new TrainingError('no more'))
      },
    }
    await withTrainer({ artifact, settings, source }, async (trainer) => {
      const { state } = await trainer.step(trainer.start())
      await refusal.then(() => setImmediate())
      await expect(trainer.step(state)).rejects.toThrow('no more')
    })
  })

  test.each([
    { says: 'set ways to 0', model: sineModel, changes: { ways: 3 } },
    { says: 'set ways', model: classifier(), changes: { ways: 0 } },
    {
      says: 'one weight for each step',
      model: classifier(),
      changes: { algorithm: { kind: 'combination' as const, weights: [1] } },
    },
  ])('refuses settings that do not fit the model: $says', async ({ says, model, changes }) => {
    const training = train({ artifact: model, settings: metaSettings({ ...small, ...changes }) }, 1)
    await expect(training).rejects.toThrow(TrainingError)
    await expect(training).rejects.toThrow(says)
  })

  test('refuses to begin where nothing would be learned', async () => {
    await withTrainer({ artifact: classifier({ scope: 'head' }), settings }, async (trainer) => {
      expect(() => trainer.start()).toThrow(TrainingError)
    })
  })
})
