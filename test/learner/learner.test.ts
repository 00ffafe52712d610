/** A learner as serving and training use it. */
import { afterAll, describe, expect, test } from 'vitest'
import { createLearner } from '../../src/learner/create-learner.js'
import { initializationOf } from '../../src/learner/initialization.js'
import {
  type ClassificationSupport,
  type Learner,
  LearnerError,
  type LearnerErrorCode,
  type SupportSet,
} from '../../src/learner/learner.js'
import { layoutParameters } from '../../src/learner/parameters.js'
import { predictProgram } from '../../src/learner/predict-program.js'
import { seeded } from '../../src/learner/random.js'
import type { Artifact } from '../../src/model/artifact.js'
import { at } from '../../src/program/program.js'
import { createTestEngine } from '../engines.js'
import { expectSame, expectSameBits } from './closeness.js'
import { floats, runOnce } from './program-runs.js'
import { bodies, classifier, modelOf, optimizers, regressor } from './small-models.js'
import { noise, patternTask, surfaceTask } from './small-tasks.js'

const engine = createTestEngine(2)
afterAll(() => engine.close())

const sizes = { supports: [6, 12], queries: [4] }
const learnerFor = (artifact: Artifact): Promise<Learner> => createLearner(modelOf(artifact), engine, sizes)
const widths = [
  { classes: 2, batch: 4, steps: 5, learningRate: 0.05 },
  { classes: 5, batch: 5, steps: 8, learningRate: 0.1 },
]

describe('an adaptation', () => {
  test('learns to tell its examples apart', async () => {
    const learner = await learnerFor(
      classifier({
        layers: bodies['dense layers'],
        head: { kind: 'shared' },
        widths: [{ classes: 3, batch: 6, steps: 60, learningRate: 0.2 }],
      }),
    )
    const support = patternTask(1, 3, 4)
    const adaptation = await learner.adapt(support, { seed: 1 })
    const answers = await learner.predict(adaptation, support.inputs)
    expect(answers.map((answer) => answer.indexOf(Math.max(...answer)))).toEqual(support.classOf)
    expect(at(adaptation.losses, 59)).toBeLessThan(0.2 * at(adaptation.losses, 0))
  })

  test('of a regression comes closer to its points', async () => {
    const learner = await learnerFor(regressor({ widths: [{ classes: 0, batch: 6, steps: 60, learningRate: 0.1 }] }))
    const support = surfaceTask(1, 12)
    const [before, after] = await Promise.all([0, 60].map((steps) => learner.adapt(support, { steps, seed: 1 })))
    expect(await errorOf(learner, support, after)).toBeLessThan(0.5 * (await errorOf(learner, support, before)))
  })

  test('tells what it was made with: the settings asked for, or those of its class width', async () => {
    const learner = await learnerFor(classifier({ widths }))
    const asked = await learner.adapt(patternTask(1, 3, 2), { steps: 2, learningRate: 0.01, seed: 1 })
    expect(asked).toMatchObject({ classes: 3, steps: 2, learningRate: 0.01 })
    expect(asked.losses).toHaveLength(2)
    expect(await learner.adapt(patternTask(1, 2, 2), { seed: 1 })).toMatchObject({
      classes: 2,
      steps: 5,
      learningRate: 0.05,
    })
    expect(await learner.adapt(patternTask(1, 4, 2), { seed: 1 })).toMatchObject({
      classes: 4,
      steps: 8,
      learningRate: 0.1,
    })
  })

  test.each<[string, Artifact, SupportSet]>([
    ['classes', classifier({ layers: bodies.dropout, widths }), patternTask(1, 3, 3)],
    ['values', regressor(), surfaceTask(1, 9)],
  ])('into %s is the same for the same seed, and another for another', async (_kind, artifact, support) => {
    const learner = await learnerFor(artifact)
    const [first, again, other] = [
      await learner.adapt(support, { seed: 7 }),
      await learner.adapt(support, { seed: 7 }),
      await learner.adapt(support, { seed: 8 }),
    ]
    expectSameBits(again.weights, first.weights)
    expectSameBits(again.statistics, first.statistics)
    expect(again.losses).toEqual(first.losses)
    expect(other.weights).not.toEqual(first.weights)
  })

  test('does not change with what is adapted at the same time', async () => {
    const learner = await learnerFor(classifier({ widths }))
    const tasks = [1, 2, 3, 4, 5, 6].map((seed) => patternTask(seed, 2 + (seed % 3), 2))
    const together = await Promise.all(tasks.map((task, seed) => learner.adapt(task, { seed })))
    for (const [seed, task] of tasks.entries())
      expectSame((await learner.adapt(task, { seed })).weights, at(together, seed).weights)
  })

  test.each([
    ['all', 36 + 8 + 180 + 10],
    ['norm', 8 + 10],
    ['head', 0],
  ] as const)('of scope %s holds what adapts, body %i numbers, and the head', async (scope, body) => {
    const learner = await learnerFor(classifier({ scope }))
    const { weights } = await learner.adapt(patternTask(1, 3, 2), { seed: 1 })
    const features = 5 * 2 * 2
    expect(weights).toHaveLength(body + 3 * (features + 1))
  })
})

async function errorOf(
  learner: Learner,
  { inputs, targets }: ReturnType<typeof surfaceTask>,
  adaptation: Awaited<ReturnType<Learner['adapt']>> | undefined,
): Promise<number> {
  if (!adaptation) throw new Error('there is no adaptation')
  const outputs = await learner.predict(adaptation, inputs)
  return outputs.reduce(
    (sum, output, i) => sum + output.reduce((error, value, j) => error + (value - at(at(targets, i), j)) ** 2, 0),
    0,
  )
}

describe('the answers of a classifier', () => {
  test('are the probabilities of its classes', async () => {
    const learner = await learnerFor(classifier({ widths }))
    const answers = await learner.predict(
      await learner.adapt(patternTask(1, 3, 3), { seed: 1 }),
      patternTask(2, 4, 1).inputs,
    )
    for (const answer of answers) {
      expect(answer).toHaveLength(3)
      expect(answer.every((probability) => probability >= 0 && probability <= 1)).toBe(true)
      expect(answer.reduce((sum, probability) => sum + probability)).toBeCloseTo(1, 5)
    }
  })

  test('are chance at 0 steps from a head of one vector', async () => {
    const learner = await learnerFor(classifier({ head: { kind: 'shared' }, widths }))
    for (const classes of [2, 3, 5]) {
      const adaptation = await learner.adapt(patternTask(1, classes, 2), { steps: 0, seed: 1 })
      const answers = await learner.predict(adaptation, patternTask(2, 4, 1).inputs)
      for (const answer of answers)
        expectSame(
          answer,
          answer.map(() => at(answer, 0)),
        )
      expect(at(at(answers, 0), 0)).toBeCloseTo(1 / classes, 6)
    }
  })

  test('are better than chance at 0 steps from prototypes', async () => {
    const learner = await learnerFor(classifier({ layers: bodies['dense layers'], widths }))
    const support = patternTask(1, 3, 3)
    const answers = await learner.predict(await learner.adapt(support, { steps: 0, seed: 1 }), support.inputs)
    expect(answers.map((answer) => answer.indexOf(Math.max(...answer)))).toEqual(support.classOf)
  })
})

describe('classes that a task does not have', () => {
  const WIDTH = 5
  const heads = [{ kind: 'prototypes', scale: 0.5 }, { kind: 'shared' }] as const
  const cases = heads.flatMap((head) =>
    Object.entries(optimizers).map(([name, optimizer]) => ({ name, head, optimizer })),
  )

  test.each(cases)(
    'never change and have the probability 0: head $head.kind, optimizer $name',
    async ({ head, optimizer }) => {
      const artifact = classifier({
        layers: bodies['dense layers'],
        head,
        optimizer,
        widths: [{ classes: WIDTH, batch: 4, steps: 20, learningRate: 0.1 }],
      })
      const learner = await learnerFor(artifact)
      const { weights } = await learner.adapt(patternTask(1, 2, 3), { seed: 1 })
      const rows = weights.subarray(layoutParameters(artifact, WIDTH).bodySize)
      const features = rows.length / WIDTH - 1
      expectSameBits(rows.subarray(2 * features, WIDTH * features), new Float32Array(3 * features))
      expectSameBits(rows.subarray(WIDTH * features + 2), new Float32Array(3).fill(-1e30))

      const program = predictProgram(artifact, { classes: WIDTH, clients: 1, examples: 4 })
      const x = { shape: [1, 4, 64], data: noise(seeded(3), 4 * 64) }
      const outputs = floats(
        await runOnce(engine, program, { weights: { shape: [1, weights.length], data: weights }, x }),
        'outputs',
      )
      expect([...outputs].filter((_, i) => i % WIDTH >= 2)).toEqual(Array(4 * 3).fill(0))
      await learner.close()
    },
  )

  test('do not change what the others learn', async () => {
    const layers = bodies['dense layers']
    const settings = { batch: 4, steps: 10, learningRate: 0.1 }
    const [narrow, wide] = await Promise.all(
      [2, WIDTH].map((classes) => learnerFor(classifier({ layers, widths: [{ classes, ...settings }] }))),
    )
    const [support, queries] = [patternTask(1, 2, 3), patternTask(2, 4, 1).inputs]
    const [expected, actual] = await Promise.all(
      [narrow, wide].map(async (learner) => learner?.predict(await learner.adapt(support, { seed: 1 }), queries)),
    )
    actual?.forEach((answer, i) => {
      answer.forEach((probability, label) => {
        expect(probability).toBeCloseTo(expected?.[i]?.[label] ?? Number.NaN, 5)
      })
    })
  })
})

describe('what cannot be learned from is refused', () => {
  const relu = classifier({ layers: [{ type: 'dense', units: 8 }, { type: 'relu' }], widths })
  const cases: readonly {
    readonly name: string
    readonly code: LearnerErrorCode
    readonly artifact?: Artifact
    readonly support: SupportSet
    readonly settings?: object
    readonly message: RegExp
  }[] = [
    { name: 'one class', code: 'too-few-classes', support: patternTask(1, 1, 3), message: /at least 2 classes, not 1/ },
    {
      name: 'points of a curve, for a classifier',
      code: 'too-few-classes',
      support: surfaceTask(1, 4),
      message: /at least 2 classes, not 0/,
    },
    {
      name: 'more classes than the widest head',
      code: 'too-many-classes',
      support: patternTask(1, 6, 1),
      message: /6 classes are more than the 5/,
    },
    {
      name: 'classes, for a regression',
      code: 'too-many-classes',
      artifact: regressor(),
      support: patternTask(1, 3, 2, 2),
      message: /3 classes/,
    },
    {
      name: 'more examples than are taken at once',
      code: 'too-many-examples',
      support: patternTask(1, 2, 7),
      message: /14 examples are more than the 12/,
    },
    {
      name: 'a learning rate that blows up',
      code: 'diverged',
      support: patternTask(1, 3, 2),
      settings: { learningRate: 1e30 },
      message: /learning rate 1e\+30 .* smaller learning rate/,
    },
  ]

  test.each(cases)('$name: $code', async ({ code, artifact, support, settings, message }) => {
    const learner = await learnerFor(artifact ?? classifier({ widths }))
    const error: unknown = await learner.adapt(support, { seed: 1, ...settings }).catch((reason) => reason)
    expect(error).toBeInstanceOf(LearnerError)
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) })
    await learner.close()
  })

  test('weights that are finite, but answer with numbers that are not', async () => {
    const learner = await learnerFor(relu)
    const support = patternTask(1, 3, 2)
    const adaptation = await learner.adapt(support, { seed: 1, learningRate: 1e38, steps: 1 }).catch(() => undefined)
    const answers = adaptation ? await learner.predict(adaptation, support.inputs) : []
    expect(answers.flatMap((answer) => [...answer]).filter((probability) => !Number.isFinite(probability))).toEqual([])
  })

  test('an input too large for the weights has an answer that is not finite, and its neighbours have theirs', async () => {
    const learner = await learnerFor(classifier({ widths }))
    const task = patternTask(1, 3, 2)
    const adaptation = await learner.adapt(task, { seed: 1 })
    const endless = at(task.inputs, 0).map(() => Number.POSITIVE_INFINITY)
    const [sound, unsound] = await learner.predict(adaptation, [at(task.inputs, 0), endless])
    expect([sound?.every(Number.isFinite), unsound?.every(Number.isFinite)]).toEqual([true, false])
  })

  test('and the learner goes on', async () => {
    const learner = await learnerFor(classifier({ widths }))
    await expect(learner.adapt(patternTask(1, 3, 2), { seed: 1, learningRate: 1e30 })).rejects.toThrow(LearnerError)
    expect((await learner.adapt(patternTask(1, 3, 2), { seed: 1 })).losses.every(Number.isFinite)).toBe(true)
  })
})

test('the largest support set is the largest size compiled for', async () => {
  const learner = await learnerFor(classifier({ widths }))
  expect(learner.maxExamples).toBe(12)
  const full: ClassificationSupport = patternTask(1, 4, 3)
  expect((await learner.adapt(full, { seed: 1 })).classes).toBe(4)
})

test('an initialization has one row for the head, shared by all classes', () => {
  const { head, headMoments } = initializationOf(
    modelOf(classifier({ head: { kind: 'shared' }, optimizer: optimizers['adam, beta1 0, moments carried'] })),
  )
  expect([head?.length, headMoments.length]).toEqual([21, 21])
})

test('a support set of half a mini-batch is seen once a step: the same gradient at half the cost', async () => {
  const widths = [{ classes: 5, batch: 10, steps: 4, learningRate: 0.1 }]
  const task = patternTask(1, 5, 1)
  const twice = { ...task, inputs: [...task.inputs, ...task.inputs], classOf: [...task.classOf, ...task.classOf] }
  const learner = await learnerFor(classifier({ widths }))
  const [once, doubled] = await Promise.all([task, twice].map((support) => learner.adapt(support, { seed: 1 })))
  expect(once?.losses).toHaveLength(4)
  once?.losses.forEach((loss, step) => {
    expect(loss).toBeCloseTo(doubled?.losses[step] ?? Number.NaN, 5)
  })
})
