/** The shipped models adapt and answer alike on both engines: every class width, every size of mini-batch, clients alone and together. */
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Engine } from '../../src/engine/engine.js'
import { OnnxEngine } from '../../src/engine/onnx/engine.js'
import { createLearner } from '../../src/learner/create-learner.js'
import { expectedTensors } from '../../src/learner/initialization.js'
import type { Learner } from '../../src/learner/learner.js'
import { seeded } from '../../src/learner/random.js'
import type { Model } from '../../src/model/artifact.js'
import { loadModels } from '../../src/model/load.js'
import { openData } from '../../src/training/data/open-data.js'
import { dataSchema } from '../../src/training/settings.js'
import type { Task } from '../../src/training/task.js'
import { createTensorflow, tensorflowMissing } from '../engines.js'

/** Of an answer: what docs/gpu.md promises. */
const TOLERANCE = 1e-4
const STEPS = 8
const sizes = { supports: [5, 25, 100, 180], queries: [1, 16] }
const folder = fileURLToPath(new URL('../../models', import.meta.url))

/** Ways and shots: of each width, the smaller mini-batches and the model's own. */
const episodes = [
  [5, 1],
  [5, 5],
  [20, 1],
  [20, 5],
  [60, 1],
  [60, 3],
] as const

describe.skipIf(tensorflowMissing !== undefined)(
  `engines agree${tensorflowMissing ? `: ${tensorflowMissing}` : ''}`,
  () => {
    let engines: readonly [Engine, Engine]
    let models: ReadonlyMap<string, Model>
    beforeAll(async () => {
      engines = [OnnxEngine.create({ workers: 2, threads: 1 }), createTensorflow()]
      models = await loadModels(folder, expectedTensors)
    })
    afterAll(async () => {
      for (const engine of engines) await engine.close()
    })

    async function learners(name: string): Promise<[Learner, Learner]> {
      const model = models.get(name)
      if (!model) throw new Error(`${name} is not shipped`)
      const [onnx, tensorflow] = engines
      return [await createLearner(model, onnx, sizes), await createLearner(model, tensorflow, sizes)]
    }

    test('about drawings', async () => {
      const [onnx, tensorflow] = await learners('omniglot-conv4')
      const { training } = await openData(
        dataSchema.parse({ kind: 'glyphs', classes: 80, images: 6, split: { validation: 10 } }),
        1,
      )
      for (const [ways, shots] of episodes) {
        const tasks = await Promise.all(
          [1, 2, 3, 4].map((seed) => training.draw(seeded(seed), { ways, shots, queries: 1 })),
        )
        expect(await largestDifference(onnx, tensorflow, tasks)).toBeLessThan(TOLERANCE)
      }
      await onnx.close()
      await tensorflow.close()
    })

    test('about sine waves', async () => {
      const [onnx, tensorflow] = await learners('sine-mlp')
      const { training } = await openData(dataSchema.parse({ kind: 'sine' }), 1)
      for (const shots of [5, 10]) {
        const episode = { ways: 0, shots, queries: 20 }
        const tasks = await Promise.all([1, 2, 3, 4].map((seed) => training.draw(seeded(seed), episode)))
        expect(await largestDifference(onnx, tensorflow, tasks)).toBeLessThan(TOLERANCE)
      }
      await onnx.close()
      await tensorflow.close()
    })
  },
)

/** Of any answer, all tasks being learned at the same time. */
async function largestDifference(one: Learner, other: Learner, tasks: readonly Task[]): Promise<number> {
  const [a, b] = [await answersOf(one, tasks), await answersOf(other, tasks)]
  expect(a.length).toBe(b.length)
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0)
}

async function answersOf(learner: Learner, tasks: readonly Task[]): Promise<number[]> {
  const answers = tasks.map(async ({ support, queries }) => {
    const adaptation = await learner.adapt(support, { steps: STEPS, seed: 1 })
    return (await learner.predict(adaptation, queries.inputs)).flatMap((row) => Array.from(row))
  })
  return (await Promise.all(answers)).flat()
}
