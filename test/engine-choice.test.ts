/** Which engine computes, and why: by what is asked for and what is there. */
import { expect, test } from 'vitest'
import { ConfigError } from '../src/config.js'
import type { Found } from '../src/engine/tensorflow/find-library.js'
import { chooseEngine } from '../src/engine-choice.js'

const there: Readonly<Record<string, Found>> = {
  gpu: { kind: 'found', version: '2.21.0', gpu: true },
  cpu: { kind: 'found', version: '2.21.0', gpu: false },
  missing: { kind: 'missing', reason: 'TensorFlow is not set up (npm run setup:tensorflow does that)' },
  broken: {
    kind: 'broken',
    reason: 'TensorFlow cannot be loaded: no libfoo (npm run setup:tensorflow sets it up anew)',
  },
}
const find = (what: keyof typeof there) => async () => there[what] as Found

test.each([
  ['auto', 'auto', 'gpu', 'tensorflow', 'gpu', 'TensorFlow 2.21.0 sees a GPU'],
  ['auto', 'auto', 'cpu', 'onnx', 'cpu', 'TensorFlow 2.21.0 sees no GPU'],
  ['auto', 'auto', 'missing', 'onnx', 'cpu', 'TensorFlow is not set up (npm run setup:tensorflow does that)'],
  ['auto', 'auto', 'broken', 'onnx', 'cpu', /cannot be loaded: no libfoo/],
  ['auto', 'cpu', 'gpu', 'onnx', 'cpu', 'DEVICE=cpu'],
  ['auto', 'gpu', 'gpu', 'tensorflow', 'gpu', 'TensorFlow 2.21.0 sees a GPU'],
  ['tensorflow', 'auto', 'gpu', 'tensorflow', 'gpu', 'TensorFlow 2.21.0 sees a GPU'],
  ['tensorflow', 'auto', 'cpu', 'tensorflow', 'cpu', 'ENGINE=tensorflow (2.21.0)'],
  ['tensorflow', 'cpu', 'gpu', 'tensorflow', 'cpu', 'ENGINE=tensorflow (2.21.0)'],
  ['onnx', 'auto', 'gpu', 'onnx', 'cpu', 'ENGINE=onnx'],
] as const)('ENGINE=%s DEVICE=%s with %s: %s on a %s', async (ENGINE, DEVICE, what, name, device, reason) => {
  const chosen = await chooseEngine({ ENGINE, DEVICE }, find(what))
  expect([chosen.name, chosen.device]).toEqual([name, device])
  expect(chosen.reason).toMatch(reason)
})

test.each([
  ['tensorflow', 'auto', 'missing', 'ENGINE=tensorflow asks for TensorFlow, but TensorFlow is not set up (npm run'],
  ['tensorflow', 'auto', 'broken', 'but TensorFlow cannot be loaded: no libfoo'],
  ['auto', 'gpu', 'missing', 'DEVICE=gpu asks for TensorFlow, but TensorFlow is not set up'],
  ['auto', 'gpu', 'cpu', 'DEVICE=gpu, but TensorFlow 2.21.0 sees no GPU: look whether nvidia-smi shows one here'],
  ['tensorflow', 'gpu', 'cpu', 'DEVICE=gpu, but TensorFlow 2.21.0 sees no GPU'],
] as const)('ENGINE=%s DEVICE=%s with %s is refused in a sentence', async (ENGINE, DEVICE, what, sentence) => {
  const refused = chooseEngine({ ENGINE, DEVICE }, find(what))
  await expect(refused).rejects.toThrow(ConfigError)
  await expect(refused).rejects.toThrow(sentence)
})
