import { beforeAll, describe, expect, test } from 'vitest'
import { AdaptUseCase } from '../../src/serving/adapt.js'
import { PredictUseCase } from '../../src/serving/predict.js'
import { type ServedModel, ServedModels } from '../../src/serving/served-model.js'
import { WorkQueue } from '../../src/serving/work-queue.js'
import { MemoryStore } from '../../src/store/memory.js'
import { tinyCurves, tinyImages } from './tiny-models.js'

const patient = new AbortController().signal
const pattern = (seed: number) => Float32Array.from({ length: 64 }, (_, i) => ((i * seed) % 7) / 6)
const settings = { tenant: 't', steps: undefined, learningRate: undefined, seed: 1 }

let images: ServedModel
let curves: ServedModel

beforeAll(async () => {
  images = await tinyImages()
  curves = await tinyCurves()
})

function serving(storeBytes = 1e6) {
  const queue = new WorkQueue(1, 10, () => 0)
  const store = new MemoryStore(storeBytes)
  const models = new ServedModels([images, curves], 'tiny-images')
  return { adapt: new AdaptUseCase(queue, store), predict: new PredictUseCase(queue, store, models) }
}

function labelled(id: string, labels: readonly string[]) {
  const inputs = labels.map((_, i) => pattern(i + 2))
  return { ...settings, id, served: images, examples: { kind: 'labels', inputs, labels } } as const
}

describe('adapt', () => {
  test('keeps what it takes to predict, with the labels in order of appearance', async () => {
    const { adaptation } = await serving().adapt.run(labelled('a', ['x', 'y', 'x', 'z']), patient)
    expect(adaptation).toMatchObject({
      id: 'a',
      model: 'tiny-images',
      version: 1,
      labels: ['x', 'y', 'z'],
      examples: 4,
      steps: 3,
    })
    expect(adaptation.losses).toHaveLength(3)
  })

  test('the same id again is the next version; another id is not concerned', async () => {
    const { adapt } = serving()
    const versions = []
    for (const id of ['a', 'a', 'b', 'a'])
      versions.push((await adapt.run(labelled(id, ['x', 'y']), patient)).adaptation.version)
    expect(versions).toEqual([1, 2, 1, 3])
  })

  test('the same request gives the same weights', async () => {
    const { adapt } = serving()
    const first = await adapt.run(labelled('a', ['x', 'y']), patient)
    const second = await adapt.run(labelled('b', ['x', 'y']), patient)
    expect(second.adaptation.weights).toEqual(first.adaptation.weights)
  })

  test.each([
    [['x'], 'The number of different labels is 1;'],
    [['x', 'x'], 'The number of different labels is 1;'],
    [Array.from({ length: 101 }, (_, i) => `${i}`), 'The number of different labels is 101;'],
  ])('refuses labels that make no task', async (labels, message) => {
    const refused = serving().adapt.run(labelled('a', labels), patient)
    await expect(refused).rejects.toMatchObject({
      failure: { code: 'unfit-examples' },
      message: expect.stringContaining(message),
    })
  })

  test('refuses what the learner cannot learn from', async () => {
    const refused = serving().adapt.run(labelled('a', ['a', 'b', 'c', 'd', 'e', 'f']), patient)
    await expect(refused).rejects.toMatchObject({ failure: { code: 'unfit-examples' } })
  })

  test('numbers that are not finite are a failure of their own', async () => {
    const examples = { kind: 'targets', inputs: [Float32Array.of(1e20)], targets: [Float32Array.of(1e30, 0)] } as const
    const refused = serving().adapt.run({ ...settings, id: 'a', served: curves, examples, learningRate: 1e30 }, patient)
    await expect(refused).rejects.toMatchObject({ failure: { code: 'diverged' } })
  })

  test('an adaptation larger than the store is refused', async () => {
    await expect(serving(100).adapt.run(labelled('a', ['x', 'y']), patient)).rejects.toMatchObject({
      failure: { code: 'no-room' },
    })
  })
})

describe('predict', () => {
  test('ranks labels, whatever they are called', async () => {
    const { adapt, predict } = serving()
    const labels = ['__proto__', 'constructor', 'toString']
    await adapt.run(labelled('a', labels), patient)
    const subject = await predict.find({ tenant: 't', id: 'a' })
    const { predictions } = await predict.run(subject, [pattern(2), pattern(3), pattern(4)], 2, patient)
    expect(predictions.map((prediction) => prediction.kind === 'labels' && prediction.best.label)).toEqual(labels)
    const [first] = predictions
    if (first?.kind !== 'labels') throw new Error('not labels')
    expect(first.scores).toHaveLength(2)
    expect(first.scores[0]).toEqual(first.best)
  })

  test('other tenants have no such adaptation', async () => {
    const { adapt, predict } = serving()
    await adapt.run(labelled('a', ['x', 'y']), patient)
    await expect(predict.find({ tenant: 'u', id: 'a' })).rejects.toMatchObject({
      failure: { code: 'unknown-adaptation' },
    })
  })

  test('a regression answers with values', async () => {
    const { adapt, predict } = serving()
    const points = [-1, 0, 1].map((x) => Float32Array.of(x))
    const examples = {
      kind: 'targets',
      inputs: points,
      targets: points.map(([x = 0]) => Float32Array.of(x, -x)),
    } as const
    const { adaptation } = await adapt.run({ ...settings, id: 'c', served: curves, examples, steps: 200 }, patient)
    expect(adaptation.losses.at(-1)).toBeLessThan((adaptation.losses[0] ?? 0) / 10)
    const { predictions } = await predict.run(await predict.find({ tenant: 't', id: 'c' }), points, 1, patient)
    const answers = predictions.flatMap((prediction) => (prediction.kind === 'values' ? prediction.values : []))
    const expected = [-1, 1, 0, 0, 1, -1]
    expect(answers.every((value, i) => Math.abs(value - (expected[i] ?? 9)) < 0.4)).toBe(true)
  })
})
