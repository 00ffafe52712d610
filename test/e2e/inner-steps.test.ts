/** The inner steps are what the shipped models are for: without them they know nothing of the task. */
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withSharedVector } from '../../bench/steps/shared-vector.js'
import { OnnxEngine } from '../../src/engine/onnx/engine.js'
import { createLearner } from '../../src/learner/create-learner.js'
import { expectedTensors } from '../../src/learner/initialization.js'
import { seeded } from '../../src/learner/random.js'
import { loadModel } from '../../src/model/load.js'
import { accuracy, sineError } from '../../src/training/evaluate.js'
import { drawGlyphClasses } from './glyph-classes.js'

const load = (name: string) =>
  loadModel(fileURLToPath(new URL(`../../models/${name}`, import.meta.url)), expectedTensors)

let engine: OnnxEngine
beforeAll(() => {
  engine = OnnxEngine.create({ workers: 2, threads: 1 })
})
afterAll(() => engine.close())

test("the error on a sine wave falls at least tenfold from 10 points in the paper's 32 steps", async () => {
  const learner = await createLearner(await load('sine-mlp'), engine, { supports: [10], queries: [50] })
  const protocol = { points: 10, tasks: 100, seed: 3 }
  const before = await sineError(learner, { ...protocol, steps: 0 })
  const after = await sineError(learner, { ...protocol, steps: 32 })
  expect(before.mean / after.mean).toBeGreaterThan(10)
  await learner.close()
})

test('with the shared-vector head, 5-way 1-shot is at chance at 0 steps and above 85% at the default', async () => {
  const model = await load('omniglot-conv4')
  const learner = await createLearner(withSharedVector(model), engine, { supports: [5], queries: [8] })
  const classes = await drawGlyphClasses(seeded(5), 40)
  const protocol = { ways: 5, shots: 1, tasks: 20, seed: 4 }
  expect((await accuracy(learner, classes, { ...protocol, steps: 0 })).mean).toBeCloseTo(0.2, 10)
  expect((await accuracy(learner, classes, protocol)).mean).toBeGreaterThan(0.85)
  await learner.close()
})
