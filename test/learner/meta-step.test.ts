/** The Reptile meta-step, theta + epsilon (mean(phi) - theta). */
import { afterAll, describe, expect, test } from 'vitest'
import { OnnxEngine } from '../../src/engine/onnx/engine.js'
import { ReferenceEngine } from '../../src/engine/reference.js'
import { metaStepProgram } from '../../src/learner/meta-step.js'
import { expectClose } from './closeness.js'
import { floats, runOnce } from './program-runs.js'

const engines = [new ReferenceEngine(), OnnxEngine.create({ workers: 1, threads: 1 })]
afterAll(() => Promise.all(engines.map((engine) => engine.close())))

describe.each(engines)('on engine $name', (engine) => {
  test.each([
    { epsilon: 0, expected: [1, 2, -4], says: 'stays' },
    { epsilon: 0.5, expected: [1.5, 1, -2], says: 'goes half of the way' },
    { epsilon: 1, expected: [2, 0, 0], says: 'goes to the mean of where the tasks ended' },
  ])('with epsilon $epsilon the initialization $says', async ({ epsilon, expected }) => {
    const { theta } = await runOnce(engine, metaStepProgram(3, 2), {
      theta: { shape: [1, 3], data: Float32Array.of(1, 2, -4) },
      phi: { shape: [2, 3], data: Float32Array.of(1, 0, 5, 3, 0, -5) },
      epsilon: { shape: [], data: Float32Array.of(epsilon) },
    })
    expect(theta?.shape).toEqual([1, 3])
    expectClose(floats({ theta: theta ?? { shape: [], data: new Float32Array() } }, 'theta'), expected, 1e-6)
  })
})
