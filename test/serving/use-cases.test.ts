/** Adapting, predicting, looking up, listing and deleting, over a store in memory. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { ServedModel } from '../../src/serving/served-model.js'
import { supportSet } from '../../src/serving/support.js'
import { type AskedSettings, DamagedError, type StoredInfo } from '../../src/store/adaptation-store.js'
import { MemoryStore } from '../../src/store/memory.js'
import { HandClock } from './hand-clock.js'
import { tinyCurves, tinyImages } from './tiny-models.js'
import { byDefault, drawings, nothingGiven, pattern, taskOf, tinyService } from './tiny-service.js'
import { WatchedStore } from './watched-store.js'

let images: ServedModel
let curves: ServedModel
beforeAll(async () => {
  images = await tinyImages()
  curves = await tinyCurves()
})

function serving(storeBytes = 1e6) {
  const clock = new HandClock(1000)
  const store = new MemoryStore(storeBytes, { monotonic: clock.now, wall: clock.now })
  const service = tinyService({ served: [images, curves], store, clock })
  const task = (tenant = 't') => taskOf({ tenant, clock })
  const adapt = (id: string, labels: readonly string[], asked: Partial<AskedSettings> = {}, tenant = 't') =>
    service.adapt.run(
      { id, served: images, examples: drawings(labels), asked: { ...byDefault, ...asked } },
      task(tenant),
    )
  /** The best label of each drawing, and the version that says so. */
  const predict = async (id: string, marks: readonly number[], tenant = 't') => {
    const subject = await service.predict.find({ tenant, id }, task(tenant))
    const predictions = [...(await service.predict.run(subject, marks.map(pattern), 1, task(tenant)))]
    const best = predictions.map((prediction) => (prediction.kind === 'labels' ? prediction.best.label : 'values'))
    return { version: subject.info.version, best }
  }
  const weights = async (id: string, tenant = 't') => (await store.get({ tenant, id }))?.learned?.weights
  return { service, adaptations: service.adaptations, clock, store, task, adapt, predict, weights }
}

describe('adapt', () => {
  test('keeps what it takes to predict and to adapt again, with the labels in order of appearance', async () => {
    const { adapt, store } = serving()
    const info = await adapt('a', ['x', 'y', 'x', 'z'], { ttlSeconds: 60, seed: 7 })
    expect(info).toEqual({
      tenant: 't',
      id: 'a',
      model: 'tiny-images',
      modelDigest: images.model.digest,
      version: 1,
      mark: expect.any(String),
      bytes: expect.any(Number),
      labels: ['x', 'y', 'z'],
      classes: 3,
      examples: 4,
      steps: 3,
      learningRate: 0.1,
      losses: [expect.any(Number), expect.any(Number), expect.any(Number)],
      asked: { ...byDefault, ttlSeconds: 60, seed: 7 },
      createdAt: 1000,
      expiresAt: 61_000,
    } satisfies StoredInfo)
    expect(await store.examples(info)).toEqual(drawings(['x', 'y', 'x', 'z']))
  })

  test('the same id again is the next version; another id or tenant is not concerned', async () => {
    const { adapt } = serving()
    const versions = []
    for (const id of ['a', 'a', 'b', 'a']) versions.push((await adapt(id, ['x', 'y'])).version)
    versions.push((await adapt('a', ['x', 'y'], {}, 'u')).version)
    expect(versions).toEqual([1, 2, 1, 3, 1])
  })

  test('the same request gives the same weights, those of the learner; another seed gives others', async () => {
    const { adapt, weights } = serving()
    const labels = ['x', 'y', 'z', 'x', 'y']
    await adapt('a', labels)
    await adapt('b', labels)
    await adapt('c', labels, { seed: 2 })
    const support = supportSet(drawings(labels), ['x', 'y', 'z'])
    const alone = await images.learner.adapt(support, { seed: 1 })
    expect(await weights('a')).toEqual(alone.weights)
    expect(await weights('b')).toEqual(alone.weights)
    expect(await weights('c')).not.toEqual(alone.weights)
  })

  test.each([
    [['x'], 'The number of different labels is 1; send examples of 2 to 100.'],
    [['x', 'x'], 'The number of different labels is 1; send examples of 2 to 100.'],
    [
      Array.from({ length: 101 }, (_, i) => `${i}`),
      'The number of different labels is 101; send examples of 2 to 100.',
    ],
    [[...'abcdef'], '6 classes are more than the 5 that this model can tell apart.'],
  ])('refuses labels that make no task for the model', async (labels, message) => {
    const refused = serving().adapt('a', labels)
    await expect(refused).rejects.toMatchObject({ failure: { code: 'unfit-examples' }, message })
  })

  test('an adaptation larger than the store is refused', async () => {
    await expect(serving(100).adapt('a', ['x', 'y'])).rejects.toMatchObject({
      failure: { code: 'no-room' },
      message: expect.stringContaining('HOT_BYTES=100'),
    })
  })

  test('the old version stays and answers where the new one diverges', async () => {
    const { adapt, predict, adaptations, task } = serving()
    await adapt('a', ['x', 'y'])
    const before = await predict('a', [2, 3])
    await expect(adapt('a', ['p', 'q'], { learningRate: 1e30 })).rejects.toMatchObject({
      failure: { code: 'diverged' },
    })
    expect(await predict('a', [2, 3])).toEqual(before)
    expect((await adaptations.get({ tenant: 't', id: 'a' }, task().timeline)).info).toMatchObject({
      version: 1,
      labels: ['x', 'y'],
    })
  })

  test('says how long it was in the store, and in the engine', async () => {
    const { clock, store, task, service } = serving()
    const slow = new WatchedStore(store)
    slow.before = async () => (clock.time += 4)
    const { adapt } = tinyService({ served: [images], store: slow, clock })
    const { timeline, ...rest } = task()
    const order = { id: 'a', served: images, examples: drawings(['x', 'y']), asked: byDefault }
    await adapt.run(order, { timeline, ...rest })
    // Before the steps, the steps, and after them.
    expect([timeline.busy('store'), timeline.span('engine')?.stretches]).toEqual([4, 3])
    expect(service.coldStarts).toEqual([])
  })
})

describe('predict', () => {
  test('ranks labels, whatever they are called', async () => {
    const { adapt, predict, task, service } = serving()
    const labels = ['__proto__', 'constructor', 'toString']
    await adapt('a', labels)
    expect((await predict('a', [2, 3, 4])).best).toEqual(labels)
    const subject = await service.predict.find({ tenant: 't', id: 'a' }, task())
    const [first] = await service.predict.run(subject, [pattern(2)], 2, task())
    if (first?.kind !== 'labels') throw new Error('not labels')
    expect(first.scores).toHaveLength(2)
    expect(first.scores[0]).toEqual(first.best)
  })

  test('a regression answers with values', async () => {
    const { task, service } = serving()
    const points = [-1, 0, 1].map((x) => Float32Array.of(x))
    const targets = points.map(([x = 0]) => Float32Array.of(x, -x))
    const examples = { kind: 'targets', inputs: points, targets } as const
    const { losses } = await service.adapt.run(
      { id: 'c', served: curves, examples, asked: { ...byDefault, steps: 200 } },
      task(),
    )
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 10)
    const subject = await service.predict.find({ tenant: 't', id: 'c' }, task())
    const predictions = [...(await service.predict.run(subject, points, 1, task()))]
    const answers = predictions.flatMap((prediction) => (prediction.kind === 'values' ? prediction.values : []))
    const expected = [-1, 1, 0, 0, 1, -1]
    expect(answers.every((value, i) => Math.abs(value - (expected[i] ?? 9)) < 0.4)).toBe(true)
  })

  test('a replacement answers from then on; who has looked up the old one gets its answer', async () => {
    const { adapt, predict, task, service } = serving()
    await adapt('a', ['x', 'y'])
    const old = await service.predict.find({ tenant: 't', id: 'a' }, task())
    await adapt('a', ['p', 'q'])
    expect(await predict('a', [2, 3])).toEqual({ version: 2, best: ['p', 'q'] })
    const [answer] = await service.predict.run(old, [pattern(2)], 1, task())
    expect(answer).toMatchObject({ best: { label: 'x' } })
  })

  test.each([
    ['another tenant', 'u', 'a'],
    ['another id', 't', 'b'],
    ['the id and the tenant exchanged', 'a', 't'],
  ])('%s has no such adaptation', async (_what, tenant, id) => {
    const { adapt, predict } = serving()
    await adapt('a', ['x', 'y'])
    await expect(predict(id, [2], tenant)).rejects.toMatchObject({
      failure: { code: 'unknown-adaptation' },
      message: `There is no adaptation named "${id}"; make one with POST /adapt.`,
    })
  })

  test('what has expired is unknown, and nowhere else either', async () => {
    const { adapt, predict, adaptations, clock, task } = serving()
    await adapt('a', ['x', 'y'], { ttlSeconds: 60 })
    clock.time += 59_999
    expect((await predict('a', [2])).best).toEqual(['x'])
    clock.time += 1
    const unknown = { failure: { code: 'unknown-adaptation' } }
    await expect(predict('a', [2])).rejects.toMatchObject(unknown)
    const key = { tenant: 't', id: 'a' }
    await expect(adaptations.get(key, task().timeline)).rejects.toMatchObject(unknown)
    await expect(adaptations.delete(key, task().timeline)).rejects.toMatchObject(unknown)
    expect((await adaptations.list('t', 10, undefined, task().timeline)).adaptations).toEqual([])
    expect((await adapt('a', ['x', 'y'])).version).toBe(1)
  })

  test('a model that this server does not have any more is named', async () => {
    const { adapt, store, task } = serving()
    await adapt('a', ['x', 'y'])
    const { predict } = tinyService({ served: [curves], store })
    await expect(predict.find({ tenant: 't', id: 'a' }, task())).rejects.toMatchObject({
      failure: { code: 'unknown-model' },
      message: 'There is no model named "tiny-images"; there is tiny-curves.',
    })
  })
})

describe('what has been adapted', () => {
  test('is looked up and listed, page by page, for one tenant', async () => {
    const { adapt, adaptations, task } = serving()
    for (const id of ['c', 'a', 'd', 'b']) await adapt(id, ['x', 'y'])
    await adapt('a', ['p', 'q'], {}, 'u')
    const { timeline } = task()
    const page = async (from?: string) => {
      const { adaptations: found, next } = await adaptations.list('t', 2, from, timeline)
      return [found.map(({ id }) => id), next]
    }
    expect([await page(), await page('c')]).toEqual([
      [['a', 'b'], 'c'],
      [['c', 'd'], undefined],
    ])
    expect((await adaptations.get({ tenant: 'u', id: 'a' }, timeline)).info.labels).toEqual(['p', 'q'])
    expect(timeline.span('store')?.stretches).toBe(3)
  })

  test('is deleted, once', async () => {
    const { adapt, predict, adaptations, task } = serving()
    await adapt('a', ['x', 'y'])
    await adapt('a', ['p', 'q'], {}, 'u')
    const key = { tenant: 't', id: 'a' }
    await adaptations.delete(key, task().timeline)
    const unknown = { failure: { code: 'unknown-adaptation' } }
    await expect(adaptations.delete(key, task().timeline)).rejects.toMatchObject(unknown)
    await expect(adaptations.get(key, task().timeline)).rejects.toMatchObject(unknown)
    await expect(predict('a', [2])).rejects.toMatchObject(unknown)
    expect((await predict('a', [2], 'u')).best).toEqual(['p'])
  })

  test('and cannot be trusted any more is refused, never served', async () => {
    const { store, task } = serving()
    const watched = new WatchedStore(store)
    watched.before = () => Promise.reject(new DamagedError('The adaptation "a" is damaged on disk: adapt it again.'))
    const { adaptations, predict, addExamples } = tinyService({ served: [images], store: watched })
    const key = { tenant: 't', id: 'a' }
    const asked = [
      predict.find(key, task()),
      addExamples.run({ id: 'a', examples: drawings(['x']), asked: nothingGiven }, task()),
      adaptations.get(key, task().timeline),
      adaptations.list('t', 1, undefined, task().timeline),
      adaptations.delete(key, task().timeline),
    ]
    for (const outcome of await Promise.allSettled(asked))
      expect(outcome).toMatchObject({
        reason: {
          name: 'ServingError',
          failure: { code: 'damaged-adaptation' },
          message: 'The adaptation "a" is damaged on disk: adapt it again.',
        },
      })
  })
})
