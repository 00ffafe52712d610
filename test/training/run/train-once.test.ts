/** A meta-training without a folder: what a search takes for a failed trial, and what ends it. */
import { afterAll, expect, test } from 'vitest'
import { OnnxEngine } from '../../../src/engine/onnx/engine.js'
import { sineWaves } from '../../../src/training/data/sine.js'
import { presets } from '../../../src/training/presets.js'
import { trainOnce } from '../../../src/training/run/train-once.js'
import { runSchema } from '../../../src/training/settings.js'
import { TrainingError } from '../../../src/training/training-error.js'

const engine = OnnxEngine.create({ workers: 1, threads: 1 })
afterAll(() => engine.close())

function trained(changes: object) {
  const settings = presets['sine-mlp']?.settings
  const meta = { ...settings?.meta, iterations: 3, tasksPerStep: 1, ...changes }
  const data = sineWaves()
  return trainOnce(engine, runSchema.parse({ ...settings, meta }), data, data.training)
}

test('gives a model, and none where it diverged', async () => {
  expect((await trained({}))?.artifact.name).toBe('sine-mlp')
  expect(await trained({ learningRate: 1e20 })).toBeUndefined()
})

test('passes on what is wrong with the settings', async () => {
  await expect(trained({ ways: 3 })).rejects.toThrow(TrainingError)
})
