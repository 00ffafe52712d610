/** What is drawn for a page, with a small learner on the reference engine. */
import { afterAll, describe, expect, test } from 'vitest'
import { ReferenceEngine } from '../../../src/engine/reference.js'
import { createLearner } from '../../../src/learner/create-learner.js'
import type { ClassificationSupport } from '../../../src/learner/learner.js'
import { below, fraction, type Random } from '../../../src/learner/random.js'
import { at } from '../../../src/program/program.js'
import { findConfusions } from '../../../src/training/report/find-confusions.js'
import { renderReport } from '../../../src/training/report/report.js'
import { sampleFunctions, stepsToShow } from '../../../src/training/report/sample-functions.js'
import { sampleTasks } from '../../../src/training/report/sample-tasks.js'
import type { Episode, Task, TaskSource } from '../../../src/training/task.js'
import { TrainingError } from '../../../src/training/training-error.js'
import { classifier, modelOf, regressor } from '../../learner/small-models.js'

const engine = new ReferenceEngine()
const sizes = { supports: [12], queries: [12] }
const artifact = classifier({
  layers: [{ type: 'dense', units: 8 }, { type: 'tanh' }],
  input: { kind: 'image', height: 2, width: 2, channels: 1, polarity: 'ink' },
})
const learner = await createLearner(modelOf(artifact), engine, sizes)
const regression = {
  ...regressor({ layers: [{ type: 'dense', units: 4 }, { type: 'tanh' }, { type: 'dense', units: 1 }] }),
  input: { kind: 'values', length: 1 } as const,
}
const regressionLearner = await createLearner(modelOf(regression), engine, sizes)
afterAll(() => Promise.all([learner.close(), regressionLearner.close()]))

/** Classes a, b, c, d: one bright pixel each, but c and d, which look the same. */
class Pixels implements TaskSource {
  readonly classes = 4
  constructor(private readonly isNamed: boolean) {}

  async draw(random: Random, { ways, shots, queries }: Episode): Promise<Task> {
    const labels = [0, 1, 2, 3]
    while (labels.length > ways) labels.splice(below(random, labels.length), 1)
    const part = (count: number): ClassificationSupport => ({
      kind: 'classification',
      classes: ways,
      classOf: labels.flatMap((_, i) => Array.from({ length: count }, () => i)),
      inputs: labels.flatMap((label) =>
        Array.from({ length: count }, () => {
          const input = Float32Array.from({ length: 4 }, () => 0.1 * fraction(random))
          input[Math.min(label, 2)] = 1
          return input
        }),
      ),
    })
    const names = this.isNamed ? labels.map((label) => at(['a', 'b', 'c', 'd'], label)) : undefined
    return { support: part(shots), queries: part(queries), names }
  }
}

const lines: TaskSource = {
  classes: 0,
  async draw(random, { shots, queries }) {
    const slope = fraction(random)
    const part = (count: number) => {
      const xs = Array.from({ length: count }, () => fraction(random))
      const inputs = xs.map((x) => Float32Array.of(x))
      return { kind: 'regression', inputs, targets: xs.map((x) => Float32Array.of(slope * x)) } as const
    }
    return { support: part(shots), queries: part(queries) }
  },
}

const settings = { input: artifact.input, episode: { ways: 3, shots: 2, queries: 4 }, tasks: 5, seed: 7 }

describe('sample tasks', () => {
  test('have all that was learned from and asked, with answers', async () => {
    const tasks = await sampleTasks(learner, new Pixels(true), settings)
    expect(tasks).toHaveLength(5)
    for (const { classes, shots, steps } of tasks) {
      expect([shots, steps]).toEqual([2, 4])
      expect(new Set(classes.map(({ name }) => name)).size).toBe(3)
      for (const { support, queries } of classes) {
        expect([support.length, queries.length]).toEqual([2, 4])
        for (const { predicted, confidence } of queries) {
          expect([0, 1, 2]).toContain(predicted)
          expect(confidence).toBeGreaterThanOrEqual(1 / 3)
          expect(confidence).toBeLessThanOrEqual(1)
        }
      }
    }
    const ofA = tasks.flatMap(({ classes }) =>
      classes.flatMap((one, i) => (one.name === 'a' ? one.queries.map((q) => q.predicted === i) : [])),
    )
    expect(ofA.filter((isRight) => isRight).length).toBeGreaterThan(0.8 * ofA.length)
  })

  test('are the same for the same seed, and others for another', async () => {
    const source = new Pixels(true)
    const tasks = await sampleTasks(learner, source, settings)
    expect(await sampleTasks(learner, source, settings)).toEqual(tasks)
    expect(await sampleTasks(learner, source, { ...settings, tasks: 2 })).toEqual(tasks.slice(0, 2))
    const others = await sampleTasks(learner, source, { ...settings, seed: 8 })
    expect(others[0]?.classes[0]?.support).not.toEqual(tasks[0]?.classes[0]?.support)
  })

  test('functions are no classes, and the other way round', async () => {
    await expect(sampleTasks(learner, lines, settings)).rejects.toThrow(TrainingError)
    const episode = { ways: 0, shots: 4, queries: 3 }
    await expect(sampleFunctions(regressionLearner, new Pixels(true), { episode, tasks: 1, seed: 1 })).rejects.toThrow(
      TrainingError,
    )
  })

  test('where the inner loop diverged every answer is wrong, and a page shows it', async () => {
    const widths = [{ classes: 3, batch: 4, steps: 50, learningRate: 1e30 }]
    const wild = await createLearner(modelOf(classifier({ ...artifact, ...artifact.innerLoop, widths })), engine, sizes)
    const samples = await sampleTasks(wild, new Pixels(true), { ...settings, tasks: 1 })
    const confusion = await findConfusions(wild, new Pixels(true), { ...settings, tasks: 1 })
    await wild.close()
    expect(samples[0]?.classes[0]?.queries[0]).toMatchObject({ predicted: -1, confidence: 0 })
    expect(confusion).toMatchObject({ queries: 12, wrong: 12, pairs: [] })
    expect(renderReport({ title: 'wild', metrics: [], samples, confusion })).toContain('0 of 12 right')
  })
})

describe('confusions', () => {
  test('classes that look the same are confused, and counted over tasks by their names', async () => {
    const confusion = await findConfusions(learner, new Pixels(true), { ...settings, tasks: 20 })
    const { queries, wrong, pairs } = confusion
    expect(queries).toBe(20 * 3 * 4)
    expect(pairs.reduce((sum, { count }) => sum + count, 0)).toBe(wrong)
    expect(
      pairs
        .slice(0, 2)
        .map(({ truth, taken }) => truth + taken)
        .sort(),
    ).toEqual(['cd', 'dc'])
    for (const { count, of } of pairs) expect(count).toBeLessThanOrEqual(of)
    expect(pairs.every(({ count }, i) => i === 0 || count <= at(pairs, i - 1).count)).toBe(true)
    expect(await findConfusions(learner, new Pixels(true), { ...settings, tasks: 20 })).toEqual(confusion)
  })

  test('without names each task has classes of its own', async () => {
    const named = await findConfusions(learner, new Pixels(true), settings)
    const { queries, wrong, pairs } = await findConfusions(learner, new Pixels(false), settings)
    expect([queries, wrong]).toEqual([named.queries, named.wrong])
    for (const { truth, of } of pairs) expect([truth.startsWith('class '), of]).toEqual([true, 4])
  })

  test('the example is the surest of the mistakes that sample tasks show as well', async () => {
    const tasks = await sampleTasks(learner, new Pixels(true), settings)
    const { pairs } = await findConfusions(learner, new Pixels(true), settings)
    for (const { truth, taken, count, example } of pairs) {
      const mistakes = tasks.flatMap(({ classes }) =>
        classes
          .filter(({ name }) => name === truth)
          .flatMap(({ queries }) => queries.filter(({ predicted }) => classes[predicted]?.name === taken)),
      )
      expect(mistakes).toHaveLength(count)
      const surest = mistakes.reduce((a, b) => (b.confidence > a.confidence ? b : a))
      expect({ shown: example.query, confidence: example.confidence }).toEqual({
        shown: surest.shown,
        confidence: surest.confidence,
      })
    }
  })
})

describe('sample functions', () => {
  const episode = { ways: 0, shots: 6, queries: 5 }

  test('are curves by growing x, with predictions by inner step', async () => {
    const [one] = await sampleFunctions(regressionLearner, lines, { episode, tasks: 1, seed: 1 })
    expect(one).toMatchObject({ kind: 'curve', support: { length: 6 }, truth: { length: 5 } })
    expect(one?.predictions.map(({ steps }) => steps)).toEqual([0, 1, 2, 4])
    for (const { points, error } of one?.predictions ?? []) {
      expect(points.map(([x]) => x)).toEqual(one?.truth.map(([x]) => x))
      expect(error).toBeCloseTo(
        points.reduce((sum, [, y], i) => sum + (y - at(at(one?.truth ?? [], i), 1)) ** 2, 0) / points.length,
      )
    }
  })

  test('steps that are asked for', async () => {
    const samples = await sampleFunctions(regressionLearner, lines, { episode, tasks: 2, seed: 1, steps: [3] })
    expect(samples.map(({ predictions }) => predictions.map(({ steps }) => steps))).toEqual([[3], [3]])
    expect(samples[0]?.truth).not.toEqual(samples[1]?.truth)
  })

  test('of more numbers than one: true and predicted values', async () => {
    const wide = await createLearner(modelOf(regressor()), engine, sizes)
    const surface: TaskSource = {
      classes: 0,
      async draw(random, { shots, queries }) {
        const part = (count: number) => {
          const inputs = Array.from({ length: count }, () => Float32Array.of(fraction(random), fraction(random)))
          return { kind: 'regression', inputs, targets: inputs } as const
        }
        return { support: part(shots), queries: part(queries) }
      },
    }
    const samples = await sampleFunctions(wide, surface, { episode, tasks: 1, seed: 1 })
    await wide.close()
    expect(samples[0]).toMatchObject({ kind: 'outputs', support: [], truth: [] })
    expect(samples[0]?.predictions[0]?.points).toHaveLength(10)
    expect(renderReport({ title: 'surface', metrics: [], regression: samples })).toContain('predicted')
  })

  test('the steps that are shown by default', () => {
    expect(stepsToShow(32)).toEqual([0, 1, 6, 32])
    expect(stepsToShow(1)).toEqual([0, 1])
    expect(stepsToShow(0)).toEqual([0])
  })
})
