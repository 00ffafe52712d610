/** Meta-steps against gradients that the reference engine takes in double precision, written out as in the paper (section 6.2). */
import { afterAll, describe, expect, test } from 'vitest'
import { OnnxEngine } from '../../../src/engine/onnx/engine.js'
import { evaluate } from '../../../src/engine/reference.js'
import type { RegressionSupport, SupportSet } from '../../../src/learner/learner.js'
import { squaredError } from '../../../src/learner/losses.js'
import { forward } from '../../../src/learner/network.js'
import { layoutParameters, splitParameters } from '../../../src/learner/parameters.js'
import type { Artifact } from '../../../src/model/artifact.js'
import { Builder } from '../../../src/program/builder.js'
import { differentiate } from '../../../src/program/differentiate.js'
import { at } from '../../../src/program/program.js'
import { MetaTrainer } from '../../../src/training/meta/meta-trainer.js'
import type { Algorithm } from '../../../src/training/settings.js'
import type { Task, TaskSource } from '../../../src/training/task.js'
import { expectClose } from '../../learner/closeness.js'
import { regressor } from '../../learner/small-models.js'
import { metaSettings, sines } from './sources.js'

const engine = OnnxEngine.create({ workers: 1, threads: 1 })
afterAll(() => engine.close())

const model: Artifact = {
  ...regressor({ layers: [{ type: 'dense', units: 5 }, { type: 'tanh' }, { type: 'dense', units: 1 }] }),
  input: { kind: 'values', length: 1 },
}
const RATE = 0.03
const META_STEP = 0.5

/** Gradient of the mean squared error of all examples, at `weights`. */
function gradient(weights: Float64Array, { inputs, targets }: RegressionSupport): Float64Array {
  const b = new Builder()
  const flat = b.param('weights', [1, weights.length])
  const [x, y] = [b.param('x', [1, inputs.length, 1]), b.param('y', [1, inputs.length, 1])]
  const outputs = forward(b, model, splitParameters(b, flat, layoutParameters(model, 0).adapted), x, {
    ownStatistics: () => undefined,
    normalize: () => expect.unreachable('there is no batch norm'),
  })
  const [slope] = differentiate(b, b.sum(squaredError(b, outputs, y), [0]), [flat])
  const numbers = (rows: readonly Float32Array[]) => Float64Array.from(rows, (row) => at(row, 0))
  const results = evaluate(b.build({ slope: slope ?? flat }), { weights, x: numbers(inputs), y: numbers(targets) })
  return results.slope ?? new Float64Array(0)
}

function regression(support: SupportSet): RegressionSupport {
  if (support.kind !== 'regression') throw new Error('not a regression')
  return support
}

describe('a meta-step with plain gradient descent inside', () => {
  const cases: readonly { algorithm: Algorithm; weights: readonly number[] }[] = [
    { algorithm: { kind: 'reptile' }, weights: [1, 1, 1] },
    { algorithm: { kind: 'fomaml', tail: 'shared' }, weights: [0, 0, 1] },
    { algorithm: { kind: 'fomaml', tail: 'separate' }, weights: [0, 0, 1] },
    { algorithm: { kind: 'combination', weights: [1, 1, 1] }, weights: [1, 1, 1] },
    { algorithm: { kind: 'combination', weights: [0.5, 0, -2] }, weights: [0.5, 0, -2] },
  ]
  test.each(cases)('goes along the weighted gradients: $algorithm', async ({ algorithm, weights }) => {
    const drawn: Task[] = []
    const source: TaskSource = {
      ...sines,
      draw: async (random, episode) => {
        const task = await sines.draw(random, episode)
        drawn.push(task)
        return task
      },
    }
    const settings = metaSettings({
      ...{ iterations: 1, tasksPerStep: 2, ways: 0, shots: 6, batch: 0, steps: 3, learningRate: RATE },
      ...{ algorithm, metaStep: META_STEP },
    })
    const trainer = await MetaTrainer.create(engine, model, settings, source, 5)
    const start = trainer.start()
    const { state } = await trainer.step(start)
    await trainer.close()

    const expected = Float64Array.from(start.initialization.body)
    expect(drawn).toHaveLength(2)
    for (const { support, queries } of drawn) {
      const phi = Float64Array.from(start.initialization.body)
      weights.forEach((weight, step) => {
        const isTail = algorithm.kind === 'fomaml' && algorithm.tail === 'separate' && step === 2
        const slope = gradient(phi, regression(isTail ? queries : support))
        slope.forEach((g, i) => {
          phi[i] = at(phi, i) - RATE * g
          expected[i] = at(expected, i) - (META_STEP * RATE * weight * g) / drawn.length
        })
      })
    }
    expectClose(state.initialization.body, expected, 1e-6)
    expect(state.initialization.body).not.toEqual(start.initialization.body)
  })
})
