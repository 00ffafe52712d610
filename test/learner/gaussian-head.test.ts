/** Heads that know what classes are like, against densities of normal distributions worked out in another way. */
import { afterAll, describe, expect, test } from 'vitest'
import { createLearner } from '../../src/learner/create-learner.js'
import { Features } from '../../src/learner/features.js'
import { classTensors, gaussianHeadProgram } from '../../src/learner/gaussian-head.js'
import { headFromPrototypes } from '../../src/learner/head.js'
import { initializationOf, tensorsOf } from '../../src/learner/initialization.js'
import { gaussianHead, StartingHead } from '../../src/learner/starting-head.js'
import type { Artifact } from '../../src/model/artifact.js'
import { at } from '../../src/program/program.js'
import { createTestEngine } from '../engines.js'
import { expectClose } from './closeness.js'
import { classifier, modelOf } from './small-models.js'
import { patternTask } from './small-tasks.js'

const engine = createTestEngine()
afterAll(() => engine.close())

const UNUSED = Math.fround(-1e30)

/** Features are the two numbers of an input. */
const numbers: Artifact = classifier({
  layers: [{ type: 'tanh' }],
  input: { kind: 'values', length: 2 },
  head: { kind: 'prototypes', scale: 0.5, gaussian: { shrinkage: 0, temper: 2 } },
})

const vectors = (...rows: number[][]): Float32Array[] => rows.map((row) => Float32Array.from(row))

/** Mean (1, -2), axes turned by `angle`, variances within classes (0.5, 2) and between them (3, 1). */
function known(angle: number): Float32Array {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return Float32Array.of(1, -2, cos, -sin, sin, cos, 0.5, 2, 3, 1)
}

async function headOf(
  angle: number,
  features: readonly Float32Array[],
  classOf: readonly number[],
  width: number,
): Promise<Float32Array> {
  const program = await engine.compile(gaussianHeadProgram(numbers, width))
  const classes = Math.max(...classOf) + 1
  const head = await gaussianHead(program, known(angle), features, { classOf, classes }, width)
  await program.dispose()
  return head
}

const logits = (head: Float32Array, width: number, [x, y]: readonly [number, number]): number[] =>
  Array.from(
    { length: width },
    (_, row) => at(head, 2 * row) * x + at(head, 2 * row + 1) * y + at(head, 2 * width + row),
  )

describe('a head among normal classes', () => {
  test('weighs each axis by what it tells, with numbers worked out by hand', async () => {
    // One example, 2 from the mean along both axes. Expected means 2 * 3 / 3.5 and 2 * 1 / 3; variances 0.5 + 1.5 / 3.5 and 2 + 2 / 3.
    const head = await headOf(0, vectors([3, 0], [1, -2]), [0, 1], 2)
    const rows = [(2 * (12 / 7)) / (13 / 14), (2 * (2 / 3)) / (8 / 3)] as const
    const bias = -((12 / 7) * rows[0] + (2 / 3) * rows[1]) / 2 - rows[0] + 2 * rows[1]
    expectClose(head, [...rows, 0, 0, bias, 0], 1e-5)
  })

  test.each([[0], [0.7], [2]])('gives log-likelihoods of normal distributions, axes turned by %d', async (angle) => {
    // Three examples of each class; the prototype's own variance is a third of that within the class.
    const features = vectors([2, 1], [3, -1], [1, 0], [-2, -4], [0, -5], [-1, -3])
    const head = await headOf(angle, features, [0, 0, 0, 1, 1, 1], 2)
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
    const along = ([x, y]: readonly [number, number]) => [cos * (x - 1) + sin * (y + 2), cos * (y + 2) - sin * (x - 1)]
    const density = (query: readonly [number, number], prototype: readonly [number, number]) =>
      [0.5, 2].reduce((sum, within, axis) => {
        // Query and prototype are normal together; the query, given the prototype, is normal in its turn.
        const between = at([3, 1], axis)
        const [total, prototypes] = [between + within, between + within / 3]
        const expected = (between / prototypes) * at(along(prototype), axis)
        const variance = total - between ** 2 / prototypes
        return sum - (at(along(query), axis) - expected) ** 2 / (2 * variance)
      }, 0)
    for (const query of [
      [1, 1],
      [-3, 0.5],
      [4, -6],
    ] as const) {
      const [first = 0, second = 0] = logits(head, 2, query)
      expect(first - second).toBeCloseTo(2 * (density(query, [2, 0]) - density(query, [-1, -4])), 4)
    }
  })

  test('trusts a prototype the more, the more examples it is made from, and takes queries to vary alike in all classes', async () => {
    const head = await headOf(0, vectors([3, 0], [3, 0], [3, 0], [1, 0]), [0, 0, 0, 1], 2)
    // 2 from the mean along both axes, and (0, 2); variances of the means 0.5 * 3 / 9.5 and 2 * 1 / 5, or 1.5 / 3.5 and 2 / 3.
    const variances = [0.5 + (1.5 / 9.5 + 1.5 / 3.5) / 2, 2 + (2 / 5 + 2 / 3) / 2] as const
    const means = [(2 * 9) / 9.5, (2 * 3) / 5, 0, 2 / 3] as const
    const rows = means.map((mean, i) => (2 * mean) / at(variances, i % 2))
    const biases = [0, 2].map((i) => {
      const [x, y] = [at(rows, i), at(rows, i + 1)]
      return -(at(means, i) * x + at(means, i + 1) * y) / 2 - x + 2 * y
    })
    expectClose(head, [...rows, ...biases], 1e-5)
  })

  test('leaves the rows behind its classes unused', async () => {
    const [two, four] = [
      await headOf(1, vectors([3, 0], [1, 2]), [0, 1], 2),
      await headOf(1, vectors([3, 0], [1, 2]), [0, 1], 4),
    ]
    expectClose(four, [...two.subarray(0, 4), 0, 0, 0, 0, ...two.subarray(4), UNUSED, UNUSED], 1e-5)
  })
})

describe('a model that knows the classes of its training data', () => {
  const artifact = classifier({ head: { kind: 'prototypes', scale: 0.5, gaussian: { shrinkage: 1, temper: 0.5 } } })
  const model = modelOf(artifact)

  test('keeps them with its weights', () => {
    const initialization = initializationOf(model)
    expect(initialization.classes).toHaveLength(20 + 20 * 20 + 20 + 20)
    expect(tensorsOf(artifact, initialization)).toEqual(model.tensors)
    expect(classTensors(classifier())).toEqual([])
  })

  test('starts its heads from them, and from prototypes alone before they are measured', async () => {
    const initialization = initializationOf(model)
    const support = patternTask(1, 2, 2)
    const features = await Features.compile(engine, artifact, [4])
    const rows = (await features.of(initialization.body, initialization, support.inputs)).features
    const heads = await StartingHead.compile(engine, artifact, 3)
    const program = await engine.compile(gaussianHeadProgram(artifact, 3))
    const expected = await gaussianHead(program, initialization.classes ?? new Float32Array(), rows, support, 3)
    expectClose(await heads.for(initialization, features, support), expected, 1e-6)
    expectClose(
      await heads.for({ ...initialization, classes: undefined }, features, support),
      headFromPrototypes(rows, support.classOf, 2, 3, 0.5),
      1e-6,
    )
    await program.dispose()
    await heads.dispose()
    await features.dispose()
  })
})

test('an input so far off that classes which a task does not have would win is answered with no numbers', async () => {
  const artifact: Artifact = { ...numbers, layers: [{ type: 'relu' }] }
  const tensors = new Map(modelOf(artifact).tensors)
  // All classes lie on one side of the mean feature (5, 5).
  const parts = { mean: [5, 5], axes: [1, 0, 0, 1], within: [1, 1], between: [1, 1] }
  for (const [name, values] of Object.entries(parts))
    tensors.set(`head.${name}`, { shape: name === 'axes' ? [2, 2] : [2], data: Float32Array.from(values) })
  const learner = await createLearner({ artifact, digest: '', tensors }, engine, { supports: [2], queries: [1, 2] })
  const support = { kind: 'classification' as const, inputs: vectors([1, 0], [2, 0]), classOf: [0, 1], classes: 2 }
  const adaptation = await learner.adapt(support, { seed: 1, steps: 0 })
  const [near, far] = await learner.predict(adaptation, vectors([1, 0], [1e38, 1e38]))
  expect((near?.[0] ?? 0) + (near?.[1] ?? 0)).toBeCloseTo(1, 5)
  expect([...(far ?? [])]).toEqual([Number.NaN, Number.NaN])
  await learner.close()
})
