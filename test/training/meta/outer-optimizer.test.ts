/** The meta-step, plain and with Adam. */
import { describe, expect, test } from 'vitest'
import { outerStep, startingOuter } from '../../../src/training/meta/outer-optimizer.js'
import { expectClose } from '../../learner/closeness.js'

const part = Float32Array.of(1, 2, -4)
const adam = { type: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const
const initialization = { body: part, head: Float32Array.of(7) }

describe('a plain meta-step', () => {
  test.each([
    { epsilon: 0, expected: [1, 2, -4], says: 'stays' },
    { epsilon: 0.5, expected: [1.5, 1, -2], says: 'goes half of the way' },
    { epsilon: 1, expected: [2, 0, 0], says: 'goes all of it' },
  ])('with epsilon $epsilon $says', ({ epsilon, expected }) => {
    const step = outerStep({ type: 'sgd' }, [part], [Float64Array.of(1, -2, 4)], [], { epsilon, iteration: 3 })
    expectClose(step.parts[0] ?? [], expected, 1e-7)
    expect(step.outer).toEqual([])
    expect([...part]).toEqual([1, 2, -4])
  })

  test('remembers nothing', () => {
    expect(startingOuter({ type: 'sgd' }, initialization)).toEqual([])
  })
})

describe('a meta-step of Adam', () => {
  test('remembers two vectors of each part', () => {
    expect(startingOuter(adam, initialization).map(({ length }) => length)).toEqual([3, 3, 1, 1])
  })

  test('is at first of the size epsilon in every coordinate, along the direction', () => {
    const outer = startingOuter(adam, { body: part, head: undefined })
    const directions = [Float64Array.of(0.001, -20, 3)]
    const { parts } = outerStep(adam, [part], directions, outer, { epsilon: 0.25, iteration: 0 })
    expectClose(parts[0] ?? [], [1.25, 1.75, -3.75], 1e-5)
  })

  test('agrees with the formulas written out, step after step and part after part', () => {
    let step = {
      parts: [Float32Array.of(1), Float32Array.of(-2)] as readonly Float32Array[],
      outer: startingOuter(adam, { body: Float32Array.of(1), head: Float32Array.of(-2) }) as readonly Float32Array[],
    }
    let [theta, m, v] = [-2, 0, 0]
    for (let iteration = 0; iteration < 5; iteration++) {
      const gradient = Math.sin(iteration + 1)
      const directions = [Float64Array.of(0), Float64Array.of(-gradient)]
      step = outerStep(adam, step.parts, directions, step.outer, { epsilon: 0.1, iteration })
      m = 0.9 * m + 0.1 * gradient
      v = 0.999 * v + 0.001 * gradient ** 2
      theta -= (0.1 * (m / (1 - 0.9 ** (iteration + 1)))) / (Math.sqrt(v / (1 - 0.999 ** (iteration + 1))) + 1e-8)
    }
    expectClose(step.parts[0] ?? [], [1], 1e-7)
    expectClose(step.parts[1] ?? [], [theta], 1e-5)
  })
})
