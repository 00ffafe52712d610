import { afterAll, describe, expect, test } from 'vitest'
import { OnnxEngine } from '../../../src/engine/onnx/engine.js'
import { ReferenceEngine } from '../../../src/engine/reference.js'
import { initializationOf, startingMoments } from '../../../src/learner/initialization.js'
import { InnerLoop } from '../../../src/learner/inner-loop.js'
import { seeded } from '../../../src/learner/random.js'
import { fromScratch, type ScratchOptimizer } from '../../../src/training/baselines/scratch.js'
import { evaluateModel } from '../../../src/training/evaluate/evaluate.js'
import { classifier, optimizers, regressor } from '../../learner/small-models.js'
import { blots, lines } from '../evaluate/toy-sources.js'

const engine = OnnxEngine.create({ workers: 2, threads: 1 })
afterAll(() => engine.close())

/** Whole-set batches, so that a step's gradient does not depend on the order of examples. */
const whole = { classes: 0, batch: 6, steps: 3, learningRate: 0.01 }

/** Weights after each of three steps. */
async function path(optimizer: ScratchOptimizer, learningRate: number, from?: Float32Array): Promise<Float32Array[]> {
  const model = fromScratch(regressor({ widths: [whole] }), { optimizer, seed: 4, learningRate })
  const { support } = await lines.draw(seeded(1), { ways: 0, shots: 6, queries: 1 })
  const loop = await InnerLoop.compile(new ReferenceEngine(), model.artifact, whole)
  const initialization = initializationOf(model)
  const start = { weights: from ?? initialization.body, moments: startingMoments(model.artifact, initialization, 0) }
  const weights: Float32Array[] = []
  for (const steps of [0, 1, 2, 3])
    weights.push((await loop.run(start, initialization, support, { steps, learningRate, seed: 1 })).weights)
  return weights
}

/** The gradient at some weights, from a step of 1 of plain descent. */
async function gradientAt(weights: Float32Array): Promise<Float32Array> {
  const [, after] = await path('sgd', 1, weights)
  return weights.map((weight, i) => weight - (after?.[i] ?? Number.NaN))
}

describe('training from scratch', () => {
  test('with RMSprop is as Tieleman and Hinton have it: no bias correction, mean squares from zero', async () => {
    const rate = 0.01
    const steps = await path('rmsprop', rate)
    let weights = steps[0] ?? new Float32Array(0)
    const squares = new Float64Array(weights.length)
    for (const expected of steps.slice(1)) {
      const gradient = await gradientAt(weights)
      gradient.forEach((g, i) => {
        squares[i] = 0.9 * (squares[i] ?? 0) + 0.1 * g * g
      })
      // Where a gradient is all rounding (a bias in front of a batch norm), its direction is, too.
      gradient.forEach((g, i) => {
        if (Math.abs(g) < 1e-4) return
        const next = (weights[i] ?? 0) - (rate * g) / (Math.sqrt(squares[i] ?? 0) + 1e-8)
        expect(expected[i]).toBeCloseTo(next, 4)
      })
      weights = expected
    }
  })

  test('with Adam takes a first step of the learning rate', async () => {
    const [start, after] = await path('adam', 0.01)
    const gradient = await gradientAt(start ?? new Float32Array(0))
    gradient.forEach((g, i) => {
      if (Math.abs(g) > 1e-4) expect((start?.[i] ?? 0) - (after?.[i] ?? 0)).toBeCloseTo(0.01 * Math.sign(g), 4)
    })
  })

  test.each(['sgd', 'adam', 'rmsprop'] as const)('knows nothing at first, and learns: %s', async (optimizer) => {
    // What the model to compare with has, is not needed.
    const artifact = classifier({ scope: 'head', optimizer: optimizers['adam, beta1 0, moments carried'] })
    const learningRate = optimizer === 'sgd' ? 0.3 : 0.02
    const model = fromScratch(artifact, { optimizer, seed: 2, learningRate })
    const settings = { ways: 3, shots: 5, episodes: 20, seed: 1, steps: [0, 40] }
    const { protocols, learningRate: used } = await evaluateModel(engine, model, blots(9, 0.2), settings)
    expect(used).toBe(learningRate)
    expect(protocols.served?.[0]?.mean).toBeCloseTo(1 / 3, 6)
    expect(protocols.served?.[1]?.mean).toBeGreaterThan(0.8)
  })

  test('has the same random weights for the same seed', () => {
    const of = (seed: number) => fromScratch(classifier(), { optimizer: 'sgd', seed }).tensors
    expect(of(1)).toEqual(of(1))
    expect(of(2)).not.toEqual(of(1))
  })
})
