/** More examples and classes for an adaptation that is there: nothing that was sent is lost, whoever else is at it. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { ServedModel } from '../../src/serving/served-model.js'
import type { AskedSettings, Examples } from '../../src/store/adaptation-store.js'
import { MemoryStore } from '../../src/store/memory.js'
import { HandClock, settled } from './hand-clock.js'
import { tinyCurves, tinyImages } from './tiny-models.js'
import { byDefault, drawings, nothingGiven, taskOf, tinyService } from './tiny-service.js'
import { Gate, WatchedLearner } from './watched-learner.js'

let images: ServedModel
let curves: ServedModel
beforeAll(async () => {
  images = await tinyImages()
  curves = await tinyCurves()
})

const key = { tenant: 't', id: 'a' }

/** Additions go through a learner that a test can hold up; adaptations do not. */
function serving() {
  const clock = new HandClock(1000)
  const store = new MemoryStore(1e6, { monotonic: clock.now, wall: clock.now })
  const learner = new WatchedLearner(images.learner)
  const service = tinyService({ served: [{ ...images, learner }, curves], store, clock, turnsAtOnce: 2 })
  const task = (signal = new AbortController().signal) => taskOf({ signal, clock })
  const adapt = (examples: Examples, asked: Partial<AskedSettings> = {}) =>
    service.adapt.run({ id: 'a', served: images, examples, asked: { ...byDefault, ...asked } }, task())
  const add = (examples: Examples, asked: Partial<AskedSettings> = {}, signal?: AbortSignal) =>
    service.addExamples.run({ id: 'a', examples, asked: { ...nothingGiven, ...asked } }, task(signal))
  const stored = async () => {
    const found = await store.get(key)
    const examples = found && (await store.examples(found.info))
    return {
      info: found?.info,
      weights: found?.learned?.weights,
      labels: examples?.kind === 'labels' && examples.labels,
    }
  }
  return { service, clock, store, learner, task, adapt, add, stored }
}

describe('what comes of it', () => {
  test('is what all examples at once would have given, to the bit', async () => {
    const { adapt, add, stored } = serving()
    await adapt(drawings(['x', 'y'], 2), { seed: 5 })
    const info = await add(drawings(['y', 'z'], 4))
    expect(info).toMatchObject({ version: 2, labels: ['x', 'y', 'z'], classes: 3, examples: 4 })
    const added = await stored()
    expect(added.labels).toEqual(['x', 'y', 'y', 'z'])
    const whole = serving()
    await whole.adapt(drawings(['x', 'y', 'y', 'z'], 2), { seed: 5 })
    expect(added.weights).toEqual((await whole.stored()).weights)
  })

  test('has the settings that the adaptation had, but for those given anew', async () => {
    const { adapt, add } = serving()
    await adapt(drawings(['x', 'y']), { steps: 7, learningRate: 0.02, seed: 9, ttlSeconds: 100 })
    const same = await add(drawings(['x']))
    expect(same).toMatchObject({ steps: 7, learningRate: 0.02, asked: { steps: 7, seed: 9 }, expiresAt: 101_000 })
    const other = await add(drawings(['x']), { steps: 0, seed: 0, ttlSeconds: 5 })
    expect(other).toMatchObject({ steps: 0, learningRate: 0.02, asked: { steps: 0, seed: 0 }, expiresAt: 6000 })
  })

  test('lives on from now, as long as it was given', async () => {
    const { adapt, add, clock } = serving()
    await adapt(drawings(['x', 'y']), { ttlSeconds: 100 })
    clock.time += 60_000
    expect(await add(drawings(['x']))).toMatchObject({ createdAt: 61_000, expiresAt: 161_000 })
  })

  test('may have fewer steps than asked for, where there is a budget', async () => {
    const { adapt, service, task, clock, learner } = serving()
    await adapt(drawings(['x', 'y']), { steps: 7 })
    learner.beforeSlice = async () => (clock.time += 10)
    const info = await service.addExamples.run(
      { id: 'a', examples: drawings(['z']), asked: nothingGiven, budgetMs: 25 },
      task(),
    )
    expect(info).toMatchObject({ steps: 1, asked: { steps: 7 }, version: 2 })
  })

  test('is the same for a regression', async () => {
    const { service, task, store } = serving()
    const points = (...all: readonly number[]) => all.map((x) => Float32Array.of(x))
    const part = (...all: readonly number[]): Examples => {
      return { kind: 'targets', inputs: points(...all), targets: all.map((x) => Float32Array.of(x, -x)) }
    }
    await service.adapt.run({ id: 'a', served: curves, examples: part(1, 2), asked: byDefault }, task())
    const order = { id: 'a', examples: part(3), asked: nothingGiven }
    const info = await service.addExamples.run(order, task())
    expect(await store.examples(info)).toEqual(part(1, 2, 3))
  })
})

describe('what cannot be done leaves everything as it was', () => {
  test.each<[string, Examples, object]>([
    [
      'more examples than one adaptation takes',
      drawings([...'xyxyxyxyx']),
      {
        failure: { code: 'unfit-examples' },
        message: 'There are 2 examples already and 9 more would be over 10; send fewer.',
      },
    ],
    ['more classes than the model knows', drawings([...'abcd']), { failure: { code: 'unfit-examples' } }],
  ])('%s', async (_what, more, refusal) => {
    const { adapt, add, stored } = serving()
    await adapt(drawings(['x', 'y']))
    const before = await stored()
    await expect(add(more)).rejects.toMatchObject(refusal)
    expect(await stored()).toEqual(before)
  })

  test('steps that diverge', async () => {
    const { adapt, add, stored } = serving()
    await adapt(drawings(['x', 'y']))
    const before = await stored()
    await expect(add(drawings(['z']), { learningRate: 1e30 })).rejects.toMatchObject({ failure: { code: 'diverged' } })
    expect(await stored()).toEqual(before)
  })

  test('an adaptation whose examples were not kept', async () => {
    const { adapt, add, stored } = serving()
    await adapt(drawings(['x', 'y']), { retention: 'weights' })
    const before = await stored()
    await expect(add(drawings(['z']))).rejects.toMatchObject({
      failure: { code: 'not-restorable' },
      message: 'The examples of "a" were not kept, and they are needed now; send all of them with POST /adapt.',
    })
    expect(await stored()).toEqual(before)
  })

  test('an adaptation that is not there', async () => {
    const { add } = serving()
    await expect(add(drawings(['z']))).rejects.toMatchObject({ failure: { code: 'unknown-adaptation' } })
  })
})

describe('several at the same time', () => {
  test('all end up in it, in the order in which they came, and nobody learns in vain', async () => {
    const { adapt, add, learner, stored } = serving()
    await adapt(drawings(['x', 'y']))
    const infos = await Promise.all(['p', 'q', 'r', 'p'].map((label) => add(drawings([label]))))
    expect(infos.map(({ version, examples }) => [version, examples])).toEqual([
      [2, 3],
      [3, 4],
      [4, 5],
      [5, 6],
    ])
    expect((await stored()).labels).toEqual(['x', 'y', 'p', 'q', 'r', 'p'])
    expect(learner.adapted).toBe(4)
  })

  test('one that fails does not keep the next from its turn', async () => {
    const { adapt, add, stored } = serving()
    await adapt(drawings(['x', 'y']))
    const [first, second] = [add(drawings(['p']), { learningRate: 1e30 }), add(drawings(['q']))]
    await expect(first).rejects.toMatchObject({ failure: { code: 'diverged' } })
    expect((await second).version).toBe(2)
    expect((await stored()).labels).toEqual(['x', 'y', 'q'])
  })

  test('one that has hung up in line is left out', async () => {
    const { adapt, add, learner, stored } = serving()
    await adapt(drawings(['x', 'y']))
    const gate = new Gate()
    learner.beforeSlice = gate.pass
    const first = add(drawings(['p']))
    const leaving = new AbortController()
    const left = add(drawings(['q']), {}, leaving.signal)
    const last = add(drawings(['r']))
    leaving.abort(new Error('hung up'))
    gate.open()
    await expect(left).rejects.toThrow('hung up')
    await Promise.all([first, last])
    expect((await stored()).labels).toEqual(['x', 'y', 'p', 'r'])
    expect(learner.adapted).toBe(2)
  })

  test('an adaptation replaced meanwhile is added to as it is then', async () => {
    const { adapt, add, learner, stored } = serving()
    await adapt(drawings(['x', 'y']))
    const gate = new Gate()
    learner.beforeSlice = gate.pass
    const adding = add(drawings(['z']))
    await settled()
    expect(gate.held).toBe(1)
    await adapt(drawings(['p', 'q'], 4))
    gate.open()
    expect(await adding).toMatchObject({ version: 3, labels: ['p', 'q', 'z'] })
    expect((await stored()).labels).toEqual(['p', 'q', 'z'])
    expect(learner.adapted).toBe(2)
  })

  test('an adaptation that is replaced again and again is a conflict, in the end', async () => {
    const { adapt, add, learner, stored } = serving()
    await adapt(drawings(['x', 'y']))
    learner.beforeSlice = () => adapt(drawings(['p', 'q'], 4))
    await expect(add(drawings(['z']))).rejects.toMatchObject({
      name: 'ServingError',
      failure: { code: 'conflict' },
      message: expect.stringMatching(/repeat the request\.$/),
    })
    expect(learner.adapted).toBe(5)
    expect((await stored()).labels).toEqual(['p', 'q'])
  })

  test('an adaptation deleted meanwhile is unknown, and does not come back', async () => {
    const { adapt, add, learner, store } = serving()
    await adapt(drawings(['x', 'y']))
    learner.beforeSlice = () => store.delete(key)
    await expect(add(drawings(['z']))).rejects.toMatchObject({ failure: { code: 'unknown-adaptation' } })
    expect(await store.get(key)).toBeUndefined()
  })

  test('an adaptation deleted and made anew meanwhile is not taken for the old one', async () => {
    const { adapt, add, learner, store, stored } = serving()
    await adapt(drawings(['x', 'y']))
    learner.beforeSlice = async () => {
      learner.beforeSlice = async () => {}
      await store.delete(key)
      await adapt(drawings(['p', 'q'], 4))
    }
    await add(drawings(['z']))
    expect((await stored()).labels).toEqual(['p', 'q', 'z'])
  })
})
