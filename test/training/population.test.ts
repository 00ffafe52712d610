/** What batch norms with a prior remember of the training data. */
import { afterAll, expect, test } from 'vitest'
import { OnnxEngine } from '../../src/engine/onnx/engine.js'
import { fraction, seeded } from '../../src/learner/random.js'
import type { Artifact } from '../../src/model/artifact.js'
import { ClassSource } from '../../src/training/data/class-source.js'
import { requireMeasurable, withPopulation } from '../../src/training/population.js'
import { randomInitialization } from '../../src/training/start.js'
import type { TaskSource } from '../../src/training/task.js'
import { bodies, classifier } from '../learner/small-models.js'

const engine = OnnxEngine.create({ workers: 1, threads: 1 })
afterAll(() => engine.close())

/** Two numbers: one between 2 and 4, one that is 5. */
const numbers: TaskSource = {
  classes: 80,
  async draw(random, { ways, shots }) {
    const inputs = Array.from({ length: ways * shots }, () => Float32Array.of(2 + 2 * fraction(random), 5))
    const set = { kind: 'classification', classes: ways, inputs, classOf: inputs.map((_, i) => i % ways) } as const
    return { support: set, queries: set }
  },
}

const values: Artifact = classifier({
  layers: [
    { type: 'batchNorm', epsilon: 1e-3, prior: 10 },
    { type: 'batchNorm', epsilon: 1e-3 },
    { type: 'batchNorm', epsilon: 1e-3, prior: 5 },
  ],
  input: { kind: 'values', length: 2 },
})

test('is the mean and variance of what goes into each of them, layer by layer', async () => {
  const start = randomInitialization(values, seeded(1))
  const { population, ...others } = await withPopulation(engine, values, start, numbers, 1)
  const { population: _, ...before } = start
  expect(others).toEqual(before)
  const [mean, constant, variance, none, ...third] = population ?? []
  expect(mean).toBeCloseTo(3, 1)
  expect(constant).toBeCloseTo(5, 5)
  // Evenly spread over a range of 2: 2 * 2 / 12.
  expect(Math.abs((variance ?? 0) - 1 / 3)).toBeLessThan(0.05)
  expect(none).toBeCloseTo(0, 5)
  // Behind two batch norms: normalized already.
  ;[0, 0, 1, 0].forEach((expected, i) => {
    expect(third[i]).toBeCloseTo(expected, 1)
  })
})

test('is the same for the same seed', async () => {
  const start = randomInitialization(values, seeded(1))
  const [one, again, other] = [
    await withPopulation(engine, values, start, numbers, 1),
    await withPopulation(engine, values, start, numbers, 1),
    await withPopulation(engine, values, start, numbers, 2),
  ]
  expect(again).toEqual(one)
  expect(other).not.toEqual(one)
})

test('is nothing where nothing has a prior', async () => {
  const artifact = classifier({ layers: bodies['strided convolutions'] })
  const start = randomInitialization(artifact, seeded(1))
  expect(await withPopulation(engine, artifact, start, numbers, 1)).toBe(start)
})

const knowing: Artifact = classifier({
  layers: [{ type: 'tanh' }],
  input: { kind: 'values', length: 2 },
  head: { kind: 'prototypes', scale: 0.3, gaussian: { shrinkage: 3, temper: 0.5 } },
})

test('is what classes are like, for a head', async () => {
  const { classes } = await withPopulation(engine, knowing, randomInitialization(knowing, seeded(1)), numbers, 1)
  // The integral of tanh from 2 to 4, halved; and tanh 5.
  expect(classes?.[0]).toBeCloseTo(Math.log(Math.cosh(4) / Math.cosh(2)) / 2, 2)
  expect(classes?.[1]).toBeCloseTo(Math.tanh(5), 5)
  expect(classes).toHaveLength(2 + 4 + 2 + 2)
  expect(classes?.every(Number.isFinite)).toBe(true)
})

test('is asked for before training where a class has one example only', () => {
  const read = async () => Float32Array.of(1, 2)
  const source = new ClassSource([
    { name: 'a', count: 1, read },
    { name: 'b', count: 2, read },
  ])
  expect(() => requireMeasurable(knowing, source)).toThrow(
    'The class a has 1 example, and what varies within classes shows in two or more: add some, remove it, or do without model.head.gaussian.',
  )
  requireMeasurable(values, source)
})
