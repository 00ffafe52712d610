/** An adaptation in its turns: who leaves frees the place, what goes wrong is said, and the time adds up. */
import { beforeAll, describe, expect, test } from 'vitest'
import { Learning, type LearnOrder } from '../../src/serving/learning.js'
import { Scheduler } from '../../src/serving/scheduler.js'
import type { ServedModel } from '../../src/serving/served-model.js'
import { HandClock, settled } from './hand-clock.js'
import { tinyCurves, tinyImages } from './tiny-models.js'
import { byDefault, drawings, taskOf } from './tiny-service.js'
import { Gate, WatchedLearner } from './watched-learner.js'

let images: ServedModel
let curves: ServedModel
beforeAll(async () => {
  images = await tinyImages()
  curves = await tinyCurves()
})

/** 101 steps are three slices of steps (50 at most in each), one before them, and one after. */
const slicesOf101Steps = 5

/** One turn at a time, and every slice waits at a gate. */
function gated(served = images) {
  const learner = new WatchedLearner(served.learner)
  const gate = new Gate()
  learner.beforeSlice = gate.pass
  const clock = new HandClock()
  const scheduler = new Scheduler(1, clock.now)
  const learning = new Learning(scheduler, 1000, clock.now)
  const order: LearnOrder = {
    id: 'a',
    served: { ...served, learner },
    examples: drawings(['x', 'y']),
    asked: { ...byDefault, steps: 101 },
  }
  const endSlice = async (milliseconds = 10) => {
    clock.time += milliseconds
    gate.letOne()
    await settled()
  }
  return { learner, gate, clock, scheduler, learning, order, endSlice }
}

describe('who leaves', () => {
  const reason = new Error('hung up')

  test('while waiting for the first turn has none', async () => {
    const { learner, gate, scheduler, learning, order } = gated()
    const first = learning.run(order, taskOf())
    const leaving = new AbortController()
    const left = learning.run(order, taskOf({ signal: leaving.signal }))
    expect(scheduler.waiting('adapt')).toBe(1)
    leaving.abort(reason)
    await expect(left).rejects.toBe(reason)
    expect(scheduler.waiting('adapt')).toBe(0)
    gate.open()
    await first
    expect(learner.slicesRun).toBe(slicesOf101Steps)
  })

  test('between two slices has no further one, and the place is free', async () => {
    const { learner, gate, scheduler, learning, order, endSlice } = gated()
    const leaving = new AbortController()
    const left = learning.run(order, taskOf({ signal: leaving.signal }))
    const other = learning.run(order, taskOf({ tenant: 'u' }))
    await endSlice()
    // Now the other has its turn.
    leaving.abort(reason)
    await expect(left).rejects.toBe(reason)
    expect(scheduler.waiting('adapt')).toBe(0)
    gate.open()
    await other
    expect(learner.slicesRun).toBe(1 + slicesOf101Steps)
    await scheduler.idle()
  })

  test('during a slice has no further one', async () => {
    const { learner, gate, scheduler, learning, order } = gated()
    const leaving = new AbortController()
    const left = learning.run(order, taskOf({ signal: leaving.signal }))
    await settled()
    leaving.abort(reason)
    gate.open()
    await expect(left).rejects.toBe(reason)
    await scheduler.idle()
    expect(learner.slicesRun).toBe(1)
  })

  test('before it has come has no slice', async () => {
    const { learner, scheduler, learning, order } = gated()
    await expect(learning.run(order, taskOf({ signal: AbortSignal.abort(reason) }))).rejects.toBe(reason)
    await scheduler.idle()
    expect(learner.slicesRun).toBe(0)
  })

  test('after the end changes nothing', async () => {
    const { gate, learning, order } = gated()
    gate.open()
    const leaving = new AbortController()
    const made = await learning.run(order, taskOf({ signal: leaving.signal }))
    leaving.abort(reason)
    expect(made.info.steps).toBe(101)
  })
})

describe('what the learner cannot do', () => {
  test.each([
    ['too many classes', drawings(['a', 'b', 'c', 'd', 'e', 'f']), 'unfit-examples', /^6 classes are more than the 5 /],
    ['too many examples', drawings([...'xyxyxyxyxyx']), 'unfit-examples', /^11 examples are more than the 10 /],
    ['one class', drawings(['x', 'x']), 'unfit-examples', /^The number of different labels is 1; /],
  ])('is a ServingError: %s', async (_what, examples, code, message) => {
    const { gate, scheduler, learning, order } = gated()
    gate.open()
    const refused = learning.run({ ...order, examples }, taskOf())
    await expect(refused).rejects.toMatchObject({ name: 'ServingError', failure: { code } })
    await expect(refused).rejects.toThrow(message)
    await scheduler.idle()
  })

  test('steps that diverge are one, too, found after the last slice', async () => {
    const { gate, learner, learning, order } = gated(curves)
    gate.open()
    const examples = { kind: 'targets', inputs: [Float32Array.of(1)], targets: [Float32Array.of(1e30, 0)] } as const
    const diverged = learning.run({ ...order, examples, asked: { ...byDefault, learningRate: 1e30 } }, taskOf())
    await expect(diverged).rejects.toMatchObject({ failure: { code: 'diverged' } })
    await expect(diverged).rejects.toThrow(
      /^5 inner steps at learning rate 1e\+30 diverged: use a smaller learning rate or fewer steps\.$/,
    )
    expect(learner.slicesRun).toBe(3)
  })

  test('an error of the engine frees the place for the next', async () => {
    const { gate, learner, learning, order } = gated()
    gate.open()
    learner.beforeSlice = () => Promise.reject(new Error('the engine is gone'))
    await expect(learning.run(order, taskOf())).rejects.toThrow('the engine is gone')
    learner.beforeSlice = async () => {}
    expect((await learning.run(order, taskOf())).info.steps).toBe(101)
  })
})

describe('time', () => {
  test('is spent waiting or in the engine, and the sums are those of the stretches', async () => {
    const { clock, learning, order, endSlice } = gated()
    const tasks = [taskOf({ tenant: 't', clock }), taskOf({ tenant: 'u', clock })] as const
    const runs = tasks.map((task) => learning.run(order, task))
    for (let slice = 1; slice <= 2 * slicesOf101Steps; slice++) await endSlice(slice)
    await Promise.all(runs)
    // The one has the odd slices, the other the even ones, of 1 to 10 ms.
    const times = tasks.map(({ timeline }) => [timeline.busy('queue'), timeline.busy('engine')])
    expect(times).toEqual([
      [2 + 4 + 6 + 8, 1 + 3 + 5 + 7 + 9],
      [1 + 3 + 5 + 7 + 9, 2 + 4 + 6 + 8 + 10],
    ])
    const [first] = tasks
    expect(first.timeline.span('engine')).toEqual({ firstStart: 0, lastEnd: 45, busy: 25, stretches: 5 })
    expect(first.timeline.span('store')).toBeUndefined()
    expect(first.timeline.busy('store')).toBe(0)
  })

  test('there is no more than a model does by itself, unless a client asks for it', async () => {
    const { gate, scheduler, order } = gated()
    gate.open()
    const few = new Learning(scheduler, 2, () => 0)
    const asked = { ...byDefault, steps: undefined }
    expect((await few.run({ ...order, asked }, taskOf())).info.steps).toBe(2)
    expect((await few.run(order, taskOf())).info.steps).toBe(101)
    const many = new Learning(scheduler, 1000, () => 0)
    expect((await many.run({ ...order, asked }, taskOf())).info.steps).toBe(3)
  })

  test('the wall clock says when it was made, and when its time is up', async () => {
    const { gate, scheduler, order } = gated()
    gate.open()
    const learning = new Learning(scheduler, 1000, () => 5000)
    const forever = await learning.run(order, taskOf())
    const mortal = await learning.run({ ...order, asked: { ...order.asked, ttlSeconds: 60 } }, taskOf())
    expect([forever.info.createdAt, forever.info.expiresAt]).toEqual([5000, undefined])
    expect([mortal.info.createdAt, mortal.info.expiresAt]).toEqual([5000, 65_000])
  })

  test('a budget counts from the arrival, the wait in line included', async () => {
    const { clock, learning, order, endSlice } = gated()
    const first = learning.run(order, taskOf({ clock }))
    const late = learning.run({ ...order, budgetMs: 45 }, taskOf({ tenant: 'u', clock }))
    const early = learning.run({ ...order, budgetMs: 1000 }, taskOf({ tenant: 'v', clock }))
    for (let slice = 0; slice < 20; slice++) await endSlice(10)
    expect((await first).info.steps).toBe(101)
    expect((await early).info.steps).toBe(101)
    const { info } = await late
    expect(info.steps).toBe(0)
    expect(info.losses).toEqual([])
  })
})
