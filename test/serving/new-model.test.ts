/** Adaptations made with a model of which another version is served now: they are learned again from their examples. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { ServedModel } from '../../src/serving/served-model.js'
import { diskService, key, until } from './disk-service.js'
import { tinyImages } from './tiny-models.js'
import { drawings, nothingGiven, taskOf, tinyService } from './tiny-service.js'
import { Gate, WatchedLearner } from './watched-learner.js'

let images: ServedModel
/** The same model in another version: other weights, another digest. */
let retrained: ServedModel
beforeAll(async () => {
  images = await tinyImages(1)
  retrained = await tinyImages(2)
})

const serving = () => diskService(images)

describe('an adaptation of another version of its model', () => {
  test('is learned from its examples by the model there is now, and keeps its dates', async () => {
    const { adapt, serve, clock, lmdb } = await serving()
    const { info } = await adapt(['x', 'y', 'z'], { ttlSeconds: 1000, seed: 4 })
    clock.time += 500_000
    const { find, best, learner, coldStarts } = serve(retrained)
    const subject = await find()
    expect(subject.info).toMatchObject({
      version: 2,
      modelDigest: retrained.model.digest,
      labels: info.labels,
      asked: info.asked,
      createdAt: 1000,
      expiresAt: 1_001_000,
    })
    const clone = await serving()
    const alone = tinyService({ served: [retrained], store: clone.store, clock: clone.clock })
    const order = { id: 'a', served: retrained, examples: drawings(['x', 'y', 'z']), asked: info.asked }
    await alone.adapt.run(order, taskOf())
    expect(subject.learned).toEqual((await clone.store.get(key))?.learned)
    // It is kept: the next start does not learn it again.
    expect((await lmdb.get(key))?.info).toEqual(subject.info)
    expect(await best(4)).toBe('z')
    expect([learner.adapted, coldStarts]).toEqual([1, ['new-model']])
  })

  test('is learned once for all who wait', async () => {
    const { adapt, serve } = await serving()
    await adapt(['x', 'y', 'z'], {})
    const { find, learner } = serve(retrained)
    const subjects = await Promise.all(Array.from({ length: 6 }, () => find()))
    expect(new Set(subjects.map(({ info }) => info.version))).toEqual(new Set([2]))
    expect(learner.adapted).toBe(1)
  })

  test('cannot be where only its weights were kept; it stays as it is', async () => {
    const { adapt, serve, lmdb } = await serving()
    const { info } = await adapt(['x', 'y'], { retention: 'weights' })
    const { find } = serve(retrained)
    await expect(find()).rejects.toMatchObject({
      name: 'ServingError',
      failure: { code: 'not-restorable' },
      message: 'The examples of "a" were not kept, and they are needed now; send all of them with POST /adapt.',
    })
    expect((await lmdb.get(key))?.info).toEqual(info)
    expect((await serve(images).find()).info).toEqual(info)
  })

  test('that is replaced while it is learned answers as the new one', async () => {
    const { adapt, serve, lmdb } = await serving()
    await adapt(['x', 'y'], {})
    const { best, learner } = serve(retrained)
    const gate = new Gate()
    learner.beforeSlice = gate.pass
    const answer = best(2)
    await until(() => gate.held === 1)
    const { info } = await adapt(['p', 'q'], {})
    expect(info.version).toBe(2)
    gate.open()
    expect(await answer).toBe('p')
    expect(await lmdb.get(key)).toMatchObject({ info: { version: 3, labels: ['p', 'q'] } })
  })

  test('that is deleted and made anew while it is learned is not taken for the old one', async () => {
    const { adapt, serve, store, clock, lmdb } = await serving()
    await adapt(['x', 'y'], {})
    const { best, learner } = serve(retrained)
    learner.beforeSlice = async () => {
      learner.beforeSlice = async () => {}
      await store.delete(key)
      clock.time += 1000
      await adapt(['p', 'q'], {})
    }
    expect(await best(2)).toBe('p')
    expect((await lmdb.get(key))?.info.labels).toEqual(['p', 'q'])
  })

  test('that is replaced again and again is a conflict, in the end', async () => {
    const { adapt, serve } = await serving()
    await adapt(['x', 'y'], {})
    const { find, learner } = serve(retrained)
    learner.beforeSlice = () => adapt(['p', 'q'], {})
    await expect(find()).rejects.toMatchObject({ name: 'ServingError', failure: { code: 'conflict' } })
    expect(learner.adapted).toBe(3)
  })

  test('that diverges now is refused, and stays as it is', async () => {
    const { adapt, serve, lmdb } = await serving()
    const { info } = await adapt(['x', 'y'], { steps: 0, learningRate: 1e30 })
    // The steps that it had done are repeated only for the same model; here they are asked for anew.
    const { find } = serve({ ...retrained, learner: divergent(retrained) })
    await expect(find()).rejects.toMatchObject({ failure: { code: 'diverged' } })
    expect((await lmdb.get(key))?.info).toEqual(info)
  })

  test('is brought up to date by adding examples, too', async () => {
    const { adapt, serve, task } = await serving()
    await adapt(['x', 'y'], {})
    const { addExamples, coldStarts } = serve(retrained)
    const order = { id: 'a', examples: drawings(['z'], 4), asked: nothingGiven }
    const info = await addExamples.run(order, task())
    expect(info).toMatchObject({ version: 2, labels: ['x', 'y', 'z'], modelDigest: retrained.model.digest })
    expect(coldStarts).toEqual([])
  })
})

/** Five steps, however few are asked for. */
function divergent({ learner }: ServedModel): WatchedLearner {
  const watched = new WatchedLearner(learner)
  watched.slices = (support, settings) => learner.slices(support, { ...settings, steps: 5 })
  return watched
}
