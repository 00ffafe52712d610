/** That meta-training learns, on tasks small enough for a few seconds. */
import { afterAll, describe, expect, test } from 'vitest'
import { OnnxEngine } from '../../../src/engine/onnx/engine.js'
import { createLearner } from '../../../src/learner/create-learner.js'
import { tensorsOf } from '../../../src/learner/initialization.js'
import { derived, seeded } from '../../../src/learner/random.js'
import type { Artifact } from '../../../src/model/artifact.js'
import { at } from '../../../src/program/program.js'
import type { MetaState } from '../../../src/training/meta/meta-state.js'
import { MetaTrainer } from '../../../src/training/meta/meta-trainer.js'
import type { Algorithm, MetaSettings } from '../../../src/training/settings.js'
import type { Episode, TaskSource } from '../../../src/training/task.js'
import { classifier, optimizers } from '../../learner/small-models.js'
import { blots, metaSettings, sineModel, sines } from './sources.js'

const engine = OnnxEngine.create({ workers: 2, threads: 1 })
afterAll(() => engine.close())

async function trained(artifact: Artifact, settings: MetaSettings, source: TaskSource): Promise<MetaState[]> {
  const trainer = await MetaTrainer.create(engine, artifact, settings, source, 3)
  const start = trainer.start()
  let state = start
  while (state.iteration < settings.iterations) state = (await trainer.step(state)).state
  await trainer.close()
  return [start, state]
}

/** Over 50 tasks: the share of wrong answers, or the mean squared error, after adapting. */
async function errorOf(artifact: Artifact, state: MetaState, source: TaskSource, episode: Episode): Promise<number> {
  const model = { artifact, digest: '', tensors: tensorsOf(artifact, state.initialization) }
  const learner = await createLearner(model, engine, { supports: [10], queries: [20] })
  const errors = await Promise.all(
    Array.from({ length: 50 }, async (_, task) => {
      const { support, queries } = await source.draw(seeded(derived(99, task)), episode)
      const outputs = await learner.predict(await learner.adapt(support, { seed: task }), queries.inputs)
      const wrong = outputs.map((output, i) =>
        queries.kind === 'regression'
          ? (at(output, 0) - at(at(queries.targets, i), 0)) ** 2
          : Number(output.indexOf(Math.max(...output)) !== at(queries.classOf, i)),
      )
      return wrong.reduce((sum, value) => sum + value, 0) / wrong.length
    }),
  )
  await learner.close()
  return errors.reduce((sum, value) => sum + value, 0) / errors.length
}

const algorithms: readonly Algorithm[] = [
  { kind: 'reptile' },
  { kind: 'fomaml', tail: 'separate' },
  { kind: 'combination', weights: [0, 1, 1, 1] },
]

describe('meta-training on sine waves', () => {
  const inner = { ways: 0, shots: 20, batch: 10, steps: 10, learningRate: 0.02 }

  test('finds an initialization from which a wave is learned better than from a random one', async () => {
    const settings = metaSettings({ ...inner, iterations: 500, tasksPerStep: 2, metaStep: 0.5 })
    const [before, after] = (await trained(sineModel, settings, sines)).map((state) =>
      errorOf(sineModel, state, sines, { ways: 0, shots: 10, queries: 20 }),
    )
    expect(await after).toBeLessThan(0.5 * ((await before) ?? 0))
  })
})

describe('meta-training on patterns', () => {
  const inner = { ways: 5, shots: 4, batch: 5, steps: 4, learningRate: 0.01 }
  const optimizer = optimizers['adam, beta1 0, moments carried']
  const widths = [{ classes: 5, batch: 5, steps: 12, learningRate: 0.01 }]
  const cases = [
    ...algorithms.map((algorithm) => ({ algorithm, head: { kind: 'shared' } as const })),
    { algorithm: at(algorithms, 0), head: { kind: 'prototypes', scale: 0.3 } as const },
  ]

  test.each(cases)('tells new classes apart better: $algorithm.kind, head $head.kind', async ({ algorithm, head }) => {
    const artifact = classifier({ head, optimizer, widths })
    const metaStep = algorithm.kind === 'fomaml' ? 3 : 1
    const settings = metaSettings({ ...inner, iterations: 120, tasksPerStep: 3, algorithm, metaStep })
    const [before, after] = (await trained(artifact, settings, blots(1))).map((state) =>
      errorOf(artifact, state, blots(2), { ways: 5, shots: 1, queries: 2 }),
    )
    expect(await after).toBeLessThan(((await before) ?? 0) - 0.05)
  })
})
