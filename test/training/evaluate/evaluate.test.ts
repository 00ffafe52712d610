import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { OnnxEngine } from '../../../src/engine/onnx/engine.js'
import { ReferenceEngine } from '../../../src/engine/reference.js'
import { createLearner } from '../../../src/learner/create-learner.js'
import { derived, seeded } from '../../../src/learner/random.js'
import type { Model } from '../../../src/model/artifact.js'
import { type EvaluationSettings, evaluateModel } from '../../../src/training/evaluate/evaluate.js'
import { evaluationLine, evaluationText } from '../../../src/training/evaluate/evaluation-line.js'
import { scoreOf } from '../../../src/training/evaluate/score.js'
import type { TaskSource } from '../../../src/training/task.js'
import { TrainingError } from '../../../src/training/training-error.js'
import { bodies, classifier, modelOf, optimizers, regressor } from '../../learner/small-models.js'
import { blots, lines } from './toy-sources.js'

const engine = OnnxEngine.create({ workers: 2, threads: 1 })
afterAll(() => engine.close())

const classes = modelOf(
  classifier({ layers: bodies.dropout, optimizer: optimizers['adam, beta1 0.9, moments carried'] }),
)
const values = modelOf(regressor({ optimizer: optimizers.momentum }))
const settings: EvaluationSettings = { ways: 3, shots: 2, episodes: 4, seed: 5 }
const source = blots(9)

/** The served protocol by another way: an ordinary learner, one task after the other. */
async function byLearner(
  model: Model,
  from: TaskSource,
  { ways, shots, episodes, seed, queries = 1 }: EvaluationSettings,
): Promise<number> {
  const learner = await createLearner(model, engine, { supports: [Math.max(1, ways) * shots], queries: [50] })
  let sum = 0
  for (let index = 0; index < episodes; index++) {
    const task = await from.draw(seeded(derived(seed, index, 0)), { ways, shots, queries })
    const adaptation = await learner.adapt(task.support, { seed: derived(seed, index, 1) })
    sum += scoreOf(task.queries, await learner.predict(adaptation, task.queries.inputs))
  }
  await learner.close()
  return sum / episodes
}

describe('evaluateModel', () => {
  test('looks at an inner loop on its way without a trace', async () => {
    const oneBy = new Map<number, string>()
    const single = async (steps: number): Promise<string> => {
      const { protocols } = await evaluateModel(engine, classes, source, { ...settings, steps })
      return JSON.stringify(Object.values(protocols).map((points) => points[0]))
    }
    const steps = fc.uniqueArray(fc.integer({ min: 0, max: 7 }), { minLength: 2, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const { protocols } = await evaluateModel(engine, classes, source, { ...settings, steps: list })
        for (const [index, count] of list.sort((a, b) => a - b).entries()) {
          if (!oneBy.has(count)) oneBy.set(count, await single(count))
          expect(JSON.stringify(Object.values(protocols).map((points) => points[index]))).toBe(oneBy.get(count))
        }
      }),
      { numRuns: 4, seed: 1 },
    )
  })

  test('regression errors tell the same of every stop, bit for bit', async () => {
    const protocol = { ways: 0, shots: 6, episodes: 3, seed: 2 }
    const { protocols } = await evaluateModel(engine, values, lines, { ...protocol, steps: [0, 1, 4, 7] })
    for (const [index, steps] of [0, 1, 4, 7].entries()) {
      const alone = await evaluateModel(engine, values, lines, { ...protocol, steps })
      for (const name of ['transductive', 'one-query', 'served'] as const)
        expect(protocols[name]?.[index]).toEqual(alone.protocols[name]?.[0])
    }
  })

  test.each([
    ['a classifier', classes, source, { ...settings, episodes: 6, queries: 3 }],
    [
      'a support set smaller than half the mini-batch',
      modelOf(classifier({ widths: [{ classes: 3, batch: 12, steps: 5, learningRate: 0.3 }] })),
      source,
      { ...settings, shots: 1, queries: 5 },
    ],
    [
      'a regression with fewer points than half the mini-batch',
      modelOf(regressor({ widths: [{ classes: 0, batch: 12, steps: 5, learningRate: 0.05 }] })),
      lines,
      { ways: 0, shots: 5, queries: 9, episodes: 3, seed: 2 },
    ],
    ['fewer ways than the head is wide', classes, source, { ...settings, ways: 2, queries: 4 }],
    ['a regression', values, lines, { ways: 0, shots: 6, queries: 9, episodes: 3, seed: 2 }],
  ] as const)('measures as served what a server answers: %s', async (_, model, from, protocol) => {
    const { protocols } = await evaluateModel(engine, model, from, protocol)
    expect(protocols.served?.[0]?.mean).toBeCloseTo(await byLearner(model, from, protocol), 6)
  })

  test('gives the same figures on one worker, on two, and nearly so on the reference engine', async () => {
    const alone = OnnxEngine.create({ workers: 1, threads: 1 })
    const protocol = { ways: 0, shots: 6, episodes: 5, seed: 2, steps: [0, 3] }
    const [one, two, reference] = await Promise.all([
      evaluateModel(alone, values, lines, protocol),
      evaluateModel(engine, values, lines, protocol),
      evaluateModel(new ReferenceEngine(), values, lines, protocol),
    ])
    await alone.close()
    expect(one).toEqual(two)
    const at = (evaluation: typeof one) => evaluation.protocols['one-query']?.map(({ mean }) => mean) ?? []
    at(reference).forEach((mean, index) => {
      expect(mean).toBeCloseTo(at(one)[index] ?? Number.NaN, 4)
    })
  })

  test('tells apart classes that hardly differ by chance alone, and clear ones always', async () => {
    const steps = { ...settings, episodes: 30, steps: 20, learningRate: 0.05 }
    const model = modelOf(classifier())
    const clear = await evaluateModel(engine, model, blots(9, 0.1), steps)
    const noise = await evaluateModel(engine, model, blots(9, 1), steps)
    expect(clear.protocols.transductive?.[0]?.mean).toBeGreaterThan(0.9)
    expect(clear.protocols['one-query']?.[0]?.mean).toBeGreaterThan(0.9)
    expect(noise.protocols.served?.[0]?.mean).toBeLessThan(0.6)
  })

  test('draws tasks as they are needed', async () => {
    let drawn = 0
    let most = 0
    let done = 0
    const watched: TaskSource = {
      classes: 9,
      draw: (random, episode) => {
        drawn++
        most = Math.max(most, drawn - done)
        return source.draw(random, episode)
      },
    }
    const progress: number[] = []
    await evaluateModel(engine, classes, watched, { ...settings, episodes: 20, protocols: ['served'] }, (tasks) => {
      done = tasks
      progress.push(tasks)
    })
    expect(most).toBeLessThanOrEqual(2 * engine.parallelism)
    expect(progress).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
  })

  test('measures more ways than the model was made for', async () => {
    const { protocols } = await evaluateModel(engine, classes, source, { ...settings, ways: 7 })
    expect(protocols.served?.[0]?.mean).toBeGreaterThanOrEqual(0)
  })

  test.each([
    ['ways', { ways: 1 }],
    ['shots', { shots: 0 }],
    ['episodes', { episodes: 1 }],
    ['steps', { steps: -1 }],
    ['steps', { steps: [] }],
    ['rate', { learningRate: 0 }],
    ['protocol', { protocols: [] }],
  ])('refuses %s in a sentence: %o', async (word, wrong) => {
    const refusal = expect(evaluateModel(engine, classes, source, { ...settings, ...wrong })).rejects
    await refusal.toThrow(TrainingError)
    await refusal.toThrow(word)
  })

  test('refuses data of another kind', async () => {
    await expect(evaluateModel(engine, classes, lines, settings)).rejects.toThrow(TrainingError)
    await expect(evaluateModel(engine, values, source, settings)).rejects.toThrow(TrainingError)
  })

  test('hands on what a source says, and lets the engine go on', async () => {
    const broken: TaskSource = {
      classes: 9,
      draw: async () => {
        throw new TrainingError('Too few classes.')
      },
    }
    await expect(evaluateModel(engine, classes, broken, settings)).rejects.toThrow('Too few classes.')
    await evaluateModel(engine, classes, source, settings)
  })
})

describe('the line of an evaluation', () => {
  test('has accuracy and interval of each protocol', async () => {
    const evaluation = await evaluateModel(engine, classes, source, { ...settings, steps: [0, 2] })
    const line = evaluationLine(evaluation)
    expect(line).not.toContain('\n')
    const { protocols, ...rest } = JSON.parse(line)
    expect(rest).toMatchObject({ model: 'small', ways: 3, shots: 2, episodes: 4, seed: 5, metric: 'accuracy' })
    expect(Object.keys(protocols)).toEqual(['transductive', 'one-query', 'served'])
    for (const name of ['transductive', 'one-query', 'served'] as const) {
      const [start, end] = evaluation.protocols[name] ?? []
      expect(protocols[name]).toMatchObject({ accuracy: end?.mean, interval: end?.interval, steps: 2 })
      expect(protocols[name].bySteps[0]).toEqual({ steps: 0, accuracy: start?.mean, interval: start?.interval })
    }
    expect(evaluationText(evaluation).split('\n')).toHaveLength(4)
  })

  test('has the error of a regression', async () => {
    const evaluation = await evaluateModel(engine, values, lines, { ways: 0, shots: 6, episodes: 3, seed: 2 })
    expect(JSON.parse(evaluationLine(evaluation)).protocols.served.error).toBe(evaluation.protocols.served?.[0]?.mean)
  })
})
