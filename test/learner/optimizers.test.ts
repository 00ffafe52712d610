/** The inner optimizers against their formulas, written down a second time as PyTorch has them. */
import { describe, expect, test } from 'vitest'
import { ReferenceEngine } from '../../src/engine/reference.js'
import { adaptProgram } from '../../src/learner/adapt-program.js'
import { momentsPerParameter, rateOf } from '../../src/learner/optimizers.js'
import type { OptimizerSpec } from '../../src/model/artifact.js'
import { at } from '../../src/program/program.js'
import { expectClose } from './closeness.js'
import { adaptFeeds, floats, runOnce } from './program-runs.js'
import { optimizers, regressor } from './small-models.js'

const reference = new ReferenceEngine()
const STEPS = 6
const LEARNING_RATE = 0.03

interface State {
  readonly weights: number[]
  readonly first: number[]
  readonly second: number[]
}

/** Step number `t`, counted from 1, of torch.optim.SGD and torch.optim.Adam for one list of parameters. */
function torchStep(optimizer: OptimizerSpec, { weights, first, second }: State, gradient: number[], t: number): State {
  const zip = (f: (w: number, m: number, v: number, g: number) => number) =>
    weights.map((w, i) => f(w, first[i] ?? 0, second[i] ?? 0, at(gradient, i)))
  switch (optimizer.type) {
    case 'sgd':
      return { weights: zip((w, _m, _v, g) => w - LEARNING_RATE * g), first, second }
    case 'momentum':
      return {
        weights: zip((w, m, _v, g) => w - LEARNING_RATE * (optimizer.momentum * m + g)),
        first: zip((_w, m, _v, g) => optimizer.momentum * m + g),
        second,
      }
    case 'adam': {
      const { beta1, beta2, epsilon, moments } = optimizer
      const mean = zip((_w, m, _v, g) => beta1 * m + (1 - beta1) * g)
      const square = zip((_w, _m, v, g) => beta2 * v + (1 - beta2) * g * g)
      // Carried second moments are not biased, so they are not corrected.
      const [correction1, correction2] = [1 - beta1 ** t, moments === 'carried' ? 1 : 1 - beta2 ** t]
      // PyTorch adds epsilon behind the correction, "epsilon hat" stands before it.
      const change = (i: number) =>
        at(mean, i) / correction1 / ((Math.sqrt(at(square, i)) + epsilon) / Math.sqrt(correction2))
      return { weights: weights.map((w, i) => w - LEARNING_RATE * change(i)), first: mean, second: square }
    }
  }
}

describe('inner steps on a linear model, whose gradient is known', () => {
  const layers = [{ type: 'dense', units: 2 }] as const

  test.each(Object.entries(optimizers))('%s', async (_name, optimizer) => {
    const artifact = regressor({ layers, optimizer })
    const shape = { classes: 0, clients: 1, batch: 4, slice: STEPS }
    const rates = Float32Array.from({ length: STEPS }, (_, step) => rateOf(optimizer, LEARNING_RATE, step))
    const feeds = { ...adaptFeeds(artifact, shape, 5), rates: { shape: [STEPS, 1], data: rates } }
    const results = await runOnce(reference, adaptProgram(artifact, shape), feeds)

    const [x, y] = [Array.from(floats(feeds, 'x')), Array.from(floats(feeds, 'y'))]
    const size = floats(feeds, 'weights').length
    const moments = momentsPerParameter(optimizer) === 0 ? [] : Array.from(floats(feeds, 'moments'))
    const carriesFirst = optimizer.type === 'momentum' || momentsPerParameter(optimizer) === 2
    let state: State = {
      weights: Array.from(floats(feeds, 'weights')),
      first: carriesFirst ? moments.slice(0, size) : [],
      second: optimizer.type === 'adam' ? moments.slice(-size) : [],
    }
    const losses: number[] = []
    for (let step = 0; step < STEPS; step++) {
      const { loss, gradient } = linearLoss(
        state.weights,
        x.slice(8 * step, 8 * step + 8),
        y.slice(8 * step, 8 * step + 8),
      )
      losses.push(loss)
      state = torchStep(optimizer, state, gradient, step + 1)
    }
    expectClose(floats(results, 'losses'), losses, 1e-6)
    expectClose(floats(results, 'weights'), state.weights, 1e-6)
    if (optimizer.type === 'adam') expectClose(floats(results, 'moments').subarray(-size), state.second, 1e-6)
    if (carriesFirst) expectClose(floats(results, 'moments').subarray(0, size), state.first, 1e-6)
  })
})

/** Mean squared error of W x + b, with W [2, 2] and b [2] one behind the other, for 4 examples of 2 numbers. */
function linearLoss(
  weights: readonly number[],
  x: readonly number[],
  y: readonly number[],
): { loss: number; gradient: number[] } {
  const gradient = weights.map(() => 0)
  let loss = 0
  for (let example = 0; example < 4; example++)
    for (let out = 0; out < 2; out++) {
      const [u, v] = [at(x, 2 * example), at(x, 2 * example + 1)]
      const error =
        at(weights, 2 * out) * u + at(weights, 2 * out + 1) * v + at(weights, 4 + out) - at(y, 2 * example + out)
      loss += error ** 2 / 8
      gradient[2 * out] = at(gradient, 2 * out) + (2 / 8) * error * u
      gradient[2 * out + 1] = at(gradient, 2 * out + 1) + (2 / 8) * error * v
      gradient[4 + out] = at(gradient, 4 + out) + (2 / 8) * error
    }
  return { loss, gradient }
}

describe('the rate of a step', () => {
  const adam = { type: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const

  test.each([0, 1, 10, 1000])("of Adam from zero is PyTorch's step size and bias correction, step %i", (step) => {
    const [stepSize, correction] = [0.001 / (1 - 0.9 ** (step + 1)), Math.sqrt(1 - 0.999 ** (step + 1))]
    expect(rateOf({ ...adam, moments: 'zero' }, 0.001, step)).toBeCloseTo(stepSize * correction, 12)
  })

  test("of Adam's first step makes a change of about the learning rate", () => {
    const gradient = 0.37
    const square = (1 - adam.beta2) * gradient ** 2
    const change = (rateOf({ ...adam, moments: 'zero' }, 0.001, 0) * (1 - adam.beta1) * gradient) / Math.sqrt(square)
    expect(change).toBeCloseTo(0.001, 12)
  })

  test.each([0, 1, 10])('of Adam with carried second moments corrects the first moments alone, step %i', (step) => {
    expect(rateOf({ ...adam, moments: 'carried' }, 0.001, step)).toBeCloseTo(0.001 / (1 - 0.9 ** (step + 1)), 12)
  })

  test.each([
    ['sgd', optimizers.sgd],
    ['momentum', optimizers.momentum],
    ['adam, beta1 0, moments carried', optimizers['adam, beta1 0, moments carried']],
  ] as const)('of %s is the learning rate', (_name, optimizer) => {
    expect([0, 1, 99].map((step) => rateOf(optimizer, 0.02, step))).toEqual([0.02, 0.02, 0.02])
  })
})
