/** Adaptations that must be learned again before they can answer: only their examples were kept, or the weights are damaged. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { ServedModel } from '../../src/serving/served-model.js'
import { damage, diskService, key, until } from './disk-service.js'
import { settled } from './hand-clock.js'
import { tinyImages } from './tiny-models.js'
import { byDefault, drawings, tinyService } from './tiny-service.js'
import { Gate, WatchedLearner } from './watched-learner.js'

let images: ServedModel
beforeAll(async () => {
  images = await tinyImages()
})

const serving = (folder?: string) => diskService(images, folder)

describe('an adaptation of which only the examples were kept', () => {
  const examplesOnly = { retention: 'examples', seed: 4 } as const

  test('answers as it did the first time, to the bit and in the same version', async () => {
    const { adapt, serve } = await serving()
    const { info, learned } = await adapt(['x', 'y', 'z', 'x'], { ...examplesOnly, steps: 60 })
    const { find, coldStarts } = serve(images)
    const subject = await find()
    expect(subject.info).toEqual(info)
    expect(subject.learned).toEqual(learned)
    expect(coldStarts).toEqual(['examples-only'])
  })

  test('is learned once for all who wait, and not again while it is hot', async () => {
    const { adapt, serve } = await serving()
    await adapt(['x', 'y', 'z'], examplesOnly)
    const { best, find, learner, coldStarts } = serve(images)
    const all = await Promise.all([2, 3, 4, 2, 3, 4, 2, 3].map(best))
    expect(all).toEqual([...'xyzxyzxy'])
    await find()
    expect([learner.adapted, coldStarts]).toEqual([1, ['examples-only']])
  })

  test('is learned again when it is not hot any more', async () => {
    const { adapt, serve, hot } = await serving()
    await adapt(['x', 'y'], examplesOnly)
    const { best, learner } = serve(images)
    expect(await best(2)).toBe('x')
    hot.clear()
    expect(await best(3)).toBe('y')
    expect(learner.adapted).toBe(2)
  })

  test('takes the steps that were done, where a budget had cut them short', async () => {
    const { clock, store, serve, task, hot } = await serving()
    const learner = new WatchedLearner(images.learner)
    learner.beforeSlice = async () => (clock.time += 10)
    const { adapt } = tinyService({ served: [images], store, clock })
    const asked = { ...byDefault, ...examplesOnly, steps: 90 }
    const order = { id: 'a', served: { ...images, learner }, examples: drawings(['x', 'y']), asked, budgetMs: 25 }
    const info = await adapt.run(order, task())
    expect(info.steps).toBe(1)
    const first = hot.get(key)?.learned
    hot.clear()
    const again = await serve(images).find()
    expect(again.info).toEqual(info)
    expect(again.learned).toEqual(first)
  })

  test('goes on being learned when one of those who wait leaves', async () => {
    const { adapt, serve } = await serving()
    await adapt(['x', 'y'], examplesOnly)
    const { find, best, learner } = serve(images)
    const gate = new Gate()
    learner.beforeSlice = gate.pass
    const leaving = new AbortController()
    const left = find(leaving.signal)
    const stays = best(3)
    await until(() => gate.held === 1)
    leaving.abort(new Error('hung up'))
    await expect(left).rejects.toThrow('hung up')
    gate.open()
    expect(await stays).toBe('y')
    expect(learner.adapted).toBe(1)
  })

  test('that cannot be learned now is tried again by the next', async () => {
    const { adapt, serve } = await serving()
    await adapt(['x', 'y'], examplesOnly)
    const { best, learner } = serve(images)
    learner.beforeSlice = () => Promise.reject(new Error('the engine is gone'))
    for (const outcome of await Promise.allSettled([best(2), best(2)]))
      expect(outcome).toMatchObject({ reason: { message: 'the engine is gone' } })
    learner.beforeSlice = async () => {}
    expect(await best(2)).toBe('x')
  })

  test('that cannot be learned harms nobody where those who asked have left', async () => {
    const { adapt, serve } = await serving()
    await adapt(['x', 'y'], examplesOnly)
    const { find, learner } = serve(images)
    learner.beforeSlice = () => Promise.reject(new Error('the engine is gone'))
    const unhandled = await unhandledDuring(async () => {
      await expect(find(AbortSignal.abort(new Error('hung up')))).rejects.toThrow('hung up')
      await until(() => learner.slicesRun === 1)
      await settled()
    })
    expect(unhandled).toEqual([])
  })

  test('is given up when the server stops for good', async () => {
    const { adapt, serve } = await serving()
    await adapt(['x', 'y'], examplesOnly)
    const { find, learner, stopping, adaptationTurns } = serve(images)
    const gate = new Gate()
    learner.beforeSlice = gate.pass
    const waiting = find()
    await until(() => gate.held === 1)
    stopping.abort(new Error('the server stops'))
    gate.open()
    await expect(waiting).rejects.toThrow('the server stops')
    await adaptationTurns.idle()
    expect(learner.slicesRun).toBe(1)
  })

  test('that is replaced before its examples are read answers as the new one', async () => {
    const { adapt, serve, store } = await serving()
    await adapt(['x', 'y'], examplesOnly)
    const { best, find } = serve(images)
    store.before = async (method) => {
      if (method !== 'examples') return
      store.before = async () => {}
      await adapt(['p', 'q'], examplesOnly)
    }
    expect(await best(2)).toBe('p')
    expect((await find()).info.version).toBe(2)
  })

  test('that is replaced while it is learned does not hide the new one', async () => {
    const { adapt, serve } = await serving()
    await adapt(['x', 'y'], examplesOnly)
    const { best, learner } = serve(images)
    const gate = new Gate()
    learner.beforeSlice = gate.pass
    const early = best(2)
    await until(() => gate.held === 1)
    await adapt(['p', 'q'], examplesOnly)
    const late = best(2)
    gate.open()
    expect(['x', 'p']).toContain(await early)
    expect([await late, await best(3)]).toEqual(['p', 'q'])
  })

  test('that is deleted and made anew while it is learned does not answer in its stead', async () => {
    const { adapt, serve, store, clock } = await serving()
    await adapt(['x', 'y'], examplesOnly)
    const { best, learner } = serve(images)
    const gate = new Gate()
    learner.beforeSlice = gate.pass
    const early = best(2).catch(() => 'none')
    await until(() => gate.held === 1)
    await store.delete(key)
    clock.time += 1000
    await adapt(['p', 'q'], examplesOnly)
    const late = best(2)
    await settled()
    gate.open()
    await early
    expect(await late).toBe('p')
  })
})

describe('an adaptation that is damaged on disk', () => {
  test('is learned again where its examples are whole, and is whole from then on', async () => {
    const before = await serving()
    const { info, learned } = await before.adapt(['x', 'y'], {})
    await damage(before.folder, ['learned'])
    const after = await serving(before.folder)
    const subject = await after.serve(images).find()
    expect([subject.info, subject.learned]).toEqual([info, learned])
    expect((await after.lmdb.get(key))?.learned).toEqual(learned)
  })

  test.each([
    ['with its examples', 'both', ['learned', 'examples']],
    ['of which only the examples were kept', 'examples', ['examples']],
    ['of which only the weights were kept', 'weights', ['learned']],
  ] as const)('%s is refused, never served', async (_what, retention, what) => {
    const before = await serving()
    await before.adapt(['x', 'y'], { retention })
    await damage(before.folder, what)
    const after = await serving(before.folder)
    const { find, learner } = after.serve(images)
    await expect(find()).rejects.toMatchObject({ name: 'ServingError', failure: { code: 'damaged-adaptation' } })
    expect(learner.adapted).toBe(0)
    await after.adapt(['p', 'q'], {})
    expect((await find()).info.labels).toEqual(['p', 'q'])
  })
})

/** The rejections that nobody has caught: any of them ends a server's process. */
async function unhandledDuring(work: () => Promise<void>): Promise<unknown[]> {
  const usual = process.listeners('unhandledRejection')
  const unhandled: unknown[] = []
  const note = (reason: unknown) => unhandled.push(reason)
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', note)
  try {
    await work()
  } finally {
    process.off('unhandledRejection', note)
    for (const listener of usual) process.on('unhandledRejection', listener)
  }
  return unhandled
}
