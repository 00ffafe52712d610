/** The weights of inner steps, which tell Reptile, first-order MAML and all between them apart. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { at } from '../../../src/program/program.js'
import { pointWeights, stepWeights } from '../../../src/training/meta/step-weights.js'
import { TrainingError } from '../../../src/training/training-error.js'

describe('the weights of inner steps', () => {
  test.each([
    { algorithm: { kind: 'reptile' }, weights: [1, 1, 1] },
    { algorithm: { kind: 'fomaml', tail: 'shared' }, weights: [0, 0, 1] },
    { algorithm: { kind: 'fomaml', tail: 'separate' }, weights: [0, 0, 1] },
    { algorithm: { kind: 'combination', weights: [0.5, 0, 2] }, weights: [0.5, 0, 2] },
  ] as const)('are the algorithm: $algorithm', ({ algorithm, weights }) => {
    const own = algorithm.kind === 'combination' ? { ...algorithm, weights: [...algorithm.weights] } : algorithm
    expect(stepWeights(own, 3)).toEqual(weights)
  })

  test('are as many as there are steps', () => {
    const combine = () => stepWeights({ kind: 'combination', weights: [1, 1] }, 3)
    expect(combine).toThrow(TrainingError)
    expect(combine).toThrow('2 weights for 3 inner steps')
  })
})

describe('the weights of points on the way', () => {
  test.each([
    { says: 'Reptile looks at the end alone', weights: [1, 1, 1], points: [-1, 0, 0, 1] },
    { says: 'FOMAML at the last step', weights: [0, 0, 1], points: [0, 0, -1, 1] },
    { says: 'the first gradient at the first step', weights: [1, 0, 0], points: [-1, 1, 0, 0] },
  ])('$says', ({ weights, points }) => {
    expect(pointWeights(weights)).toEqual(points)
  })

  test('give the same sum as the weights of the changes between them', () => {
    const numbers = fc.double({ min: -3, max: 3, noNaN: true })
    const walks = fc
      .array(fc.tuple(numbers, numbers), { minLength: 1, maxLength: 9 })
      .map((steps) => ({ weights: steps.map(([weight]) => weight), positions: [0.5, ...steps.map(([, to]) => to)] }))
    fc.assert(
      fc.property(walks, ({ weights, positions }) => {
        const changes = weights.reduce((sum, w, i) => sum + w * (at(positions, i + 1) - at(positions, i)), 0)
        const points = pointWeights(weights).reduce((sum, c, i) => sum + c * at(positions, i), 0)
        expect(points).toBeCloseTo(changes, 9)
      }),
      { seed: 1 },
    )
  })
})
