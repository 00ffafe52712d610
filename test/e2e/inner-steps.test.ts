/** The inner steps are what the shipped models are for: without them they know nothing of the task. */
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withSharedVector } from '../../bench/steps/shared-vector.js'
import type { Engine } from '../../src/engine/engine.js'
import { expectedTensors } from '../../src/learner/initialization.js'
import type { Model } from '../../src/model/artifact.js'
import { loadModel } from '../../src/model/load.js'
import { openData } from '../../src/training/data/open-data.js'
import { SineSource } from '../../src/training/data/sine.js'
import { type EvaluationSettings, evaluateModel } from '../../src/training/evaluate/evaluate.js'
import { dataSchema } from '../../src/training/settings.js'
import type { TaskSource } from '../../src/training/task.js'
import { createTestEngine } from '../engines.js'

const load = (name: string) =>
  loadModel(fileURLToPath(new URL(`../../models/${name}`, import.meta.url)), expectedTensors)

let engine: Engine
beforeAll(() => {
  engine = createTestEngine(2)
})
afterAll(() => engine.close())

/** By the number of steps, as a client of the server has it. */
async function served(model: Model, source: TaskSource, settings: EvaluationSettings): Promise<Map<number, number>> {
  const { protocols } = await evaluateModel(engine, model, source, { ...settings, protocols: ['served'] })
  return new Map(protocols.served?.map(({ steps, mean }) => [steps, mean]))
}

test("the error on a sine wave falls at least tenfold from 10 points in the paper's 32 steps", async () => {
  const protocol = { ways: 0, shots: 10, episodes: 100, seed: 3, steps: [0, 32] }
  const errors = await served(await load('sine-mlp'), new SineSource('random'), protocol)
  expect((errors.get(0) ?? 0) / (errors.get(32) ?? 0)).toBeGreaterThan(10)
})

test('with the shared-vector head, 5-way 1-shot is at chance at 0 steps and above 85% at the default', async () => {
  const model = withSharedVector(await load('omniglot-conv4'))
  // Characters of invented alphabets: classes that no training has seen, without any data at hand.
  const data = dataSchema.parse({ kind: 'glyphs', classes: 40, images: 6, split: { validation: 0 } })
  const { training: classes } = await openData(data, 5)
  const own = model.artifact.innerLoop.widths[0]?.steps ?? 0
  const protocol = { ways: 5, shots: 1, episodes: 20, seed: 4, steps: [0, own] }
  const accuracies = await served(model, classes, protocol)
  expect(accuracies.get(0)).toBeCloseTo(0.2, 10)
  expect(accuracies.get(own)).toBeGreaterThan(0.85)
})
