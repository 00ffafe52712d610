/** What waits for the same weights goes together: long requests, those who leave, and what goes wrong concern nobody else. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { Adaptation, Learner } from '../../src/learner/learner.js'
import { Predictions } from '../../src/serving/predictions.js'
import { Scheduler } from '../../src/serving/scheduler.js'
import { supportSet } from '../../src/serving/support.js'
import { HandClock, settled } from './hand-clock.js'
import { tinyImages } from './tiny-models.js'
import { drawings, pattern, taskOf } from './tiny-service.js'
import { Gate, WatchedLearner } from './watched-learner.js'

/** The most that one run takes (tiny-models.ts). */
const most = 4

const labels = ['x', 'y', 'z']
const patterns = (count: number, mark = 1) => Array.from({ length: count }, (_, i) => pattern(mark + i))
const adaptedTo = (learner: Learner, mark = 1): Promise<Adaptation> =>
  learner.adapt(supportSet(drawings(labels, mark), labels), { seed: 1 })

let inner: Learner
let subject: Adaptation
beforeAll(async () => {
  inner = (await tinyImages()).learner
  subject = await adaptedTo(inner)
})

/** Predictions whose runs wait at a gate. */
function gated() {
  const learner = new WatchedLearner(inner)
  const gate = new Gate()
  learner.beforePredict = gate.pass
  const clock = new HandClock()
  const scheduler = new Scheduler(1, clock.now)
  const predictions = new Predictions(scheduler)
  const order: string[] = []
  /** `name` is put down when it is answered. */
  const ask = async (name: string, inputs: readonly Float32Array[], signal?: AbortSignal) => {
    const outputs = await predictions.run(learner, subject, inputs, taskOf({ clock, ...(signal && { signal }) }))
    order.push(name)
    return outputs
  }
  return { learner, gate, clock, scheduler, predictions, order, ask }
}

describe('one run for all who wait', () => {
  test('those who come in one turn of the event loop go together', async () => {
    const { learner, gate, ask } = gated()
    const inputs = [patterns(1), patterns(2, 2), patterns(1, 4)]
    const answers = inputs.map((each, i) => ask(`${i}`, each))
    gate.open()
    expect(await Promise.all(answers)).toEqual(await Promise.all(inputs.map(answerAlone)))
    expect(learner.predicted).toEqual([3, 1]) // each of three has a share of 1, what is left goes last
  })

  test('those who come while a run is under way go together in the next', async () => {
    const { learner, gate, ask } = gated()
    const inputs = [patterns(1), patterns(2, 2), patterns(2, 4)]
    const answers: Promise<Float32Array[]>[] = []
    for (const [i, each] of inputs.entries()) {
      answers.push(ask(`${i}`, each))
      await settled()
    }
    expect(learner.predicted).toEqual([1])
    gate.open()
    expect(await Promise.all(answers)).toEqual(await Promise.all(inputs.map(answerAlone)))
    expect(learner.predicted).toEqual([1, 4])
  })

  test('other weights are another run', async () => {
    const { learner, gate, predictions } = gated()
    const other = await adaptedTo(inner, 3)
    const first = predictions.run(learner, subject, patterns(1), taskOf())
    await settled()
    const second = predictions.run(learner, other, patterns(1), taskOf())
    const third = predictions.run(learner, subject, patterns(1), taskOf())
    gate.open()
    const [own] = await answerAlone(patterns(1))
    expect([(await first)[0], (await third)[0]]).toEqual([own, own])
    expect(await second).toEqual(await inner.predict(other, patterns(1)))
    expect(learner.predicted).toHaveLength(3)
  })

  test('a group that is done is not joined any more', async () => {
    const { learner, gate, scheduler, ask } = gated()
    gate.open()
    await ask('a', patterns(1))
    await ask('b', patterns(1))
    await scheduler.idle()
    expect(learner.predicted).toEqual([1, 1])
  })
})

const answerAlone = (inputs: readonly Float32Array[]) => inner.predict(subject, inputs)

describe('a long request', () => {
  test('is answered whole and in order, in as many runs as it takes', async () => {
    const { learner, gate, ask } = gated()
    gate.open()
    const inputs = patterns(6).concat(patterns(5))
    expect(await ask('long', inputs)).toEqual(await answerAlone(inputs))
    expect(learner.predicted).toEqual([4, 4, 3])
  })

  test('does not hold up the short ones: they have their share of the next run', async () => {
    const { learner, gate, order, ask } = gated()
    const long = ask('long', patterns(4 * most))
    await settled()
    const short = [ask('short', patterns(1)), ask('shorter', patterns(1))]
    gate.letOne()
    await settled()
    gate.letOne()
    await Promise.all(short)
    expect(order).toEqual(['short', 'shorter'])
    expect(learner.predicted.slice(0, 2)).toEqual([4, 3])
    gate.open()
    expect(await long).toEqual(await answerAlone(patterns(4 * most)))
  })

  test('of more requests than a run takes none is left behind', async () => {
    const { learner, gate, order, ask } = gated()
    const names = Array.from({ length: 11 }, (_, i) => `${i}`)
    const answers = names.map((name) => ask(name, patterns(name === '1' ? 3 : 1)))
    gate.open()
    await Promise.all(answers)
    expect([...order].sort()).toEqual([...names].sort())
    expect(order.indexOf('1')).toBe(10)
    expect(learner.predicted.reduce((sum, inputs) => sum + inputs, 0)).toBe(13)
  })
})

describe('an input that has no finite answer', () => {
  const unfit = Float32Array.from({ length: 64 }, () => Number.NaN)
  const refusal = (place: number) => ({
    failure: { code: 'unfit-inputs' },
    message: `Input ${place} leads to numbers that are not finite; send values of the size that the examples had.`,
  })

  test('fails its own request only', async () => {
    const { gate, ask } = gated()
    const first = ask('first', patterns(1))
    const [good, bad, fine] = [ask('good', patterns(1, 2)), ask('bad', [unfit]), ask('fine', patterns(1, 3))]
    const refused = expect(bad).rejects.toMatchObject(refusal(0))
    gate.open()
    await refused
    expect(await Promise.all([first, good, fine])).toEqual(
      await Promise.all([patterns(1), patterns(1, 2), patterns(1, 3)].map(answerAlone)),
    )
  })

  test.each([0, 3, 4, 9])('is named by its place in the whole request: %i of 11', async (place) => {
    const { learner, gate, ask } = gated()
    const inputs = patterns(11)
    inputs[place] = unfit
    gate.open()
    await expect(ask('bad', inputs)).rejects.toMatchObject(refusal(place))
    // The rest of the request is not run in vain.
    expect(learner.predicted).toHaveLength(Math.floor(place / most) + 1)
  })
})

describe('who leaves', () => {
  test('hears the reason at once, and takes no room in the next run', async () => {
    const { learner, gate, ask } = gated()
    const first = ask('first', patterns(1))
    await settled()
    const leaving = new AbortController()
    const left = ask('left', patterns(2), leaving.signal)
    const stays = ask('stays', patterns(3, 2))
    const reason = new Error('hung up')
    leaving.abort(reason)
    await expect(left).rejects.toBe(reason)
    gate.open()
    expect(await stays).toEqual(await answerAlone(patterns(3, 2)))
    await first
    expect(learner.predicted).toEqual([1, 3])
  })

  test('while its run is under way does not wait for it, and has no further run', async () => {
    const { learner, gate, scheduler, ask } = gated()
    const leaving = new AbortController()
    const left = ask('left', patterns(3 * most), leaving.signal)
    await settled()
    leaving.abort(new Error('hung up'))
    await expect(left).rejects.toThrow('hung up')
    gate.open()
    await scheduler.idle()
    expect(learner.predicted).toEqual([most])
  })

  test('before it has come asks the engine for nothing', async () => {
    const { learner, scheduler, ask } = gated()
    await expect(ask('gone', patterns(1), AbortSignal.abort(new Error('hung up')))).rejects.toThrow('hung up')
    await scheduler.idle()
    expect(learner.predicted).toEqual([])
  })
})

test('an engine that fails is heard of by all whose run it was, and the next run is another matter', async () => {
  const { learner, scheduler, ask } = gated()
  learner.beforePredict = () => Promise.reject(new Error('the engine is gone'))
  const outcomes = await Promise.allSettled([ask('a', patterns(1)), ask('b', patterns(3 * most))])
  for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { message: 'the engine is gone' } })
  await scheduler.idle()
  expect(learner.predicted).toHaveLength(1)
  learner.beforePredict = async () => {}
  expect(await ask('c', patterns(1))).toEqual(await answerAlone(patterns(1)))
})

test('the time of a request is waiting and engine, and nothing else', async () => {
  const { learner, gate, clock, predictions } = gated()
  const tasks = [taskOf({ clock }), taskOf({ clock })] as const
  const first = predictions.run(learner, subject, patterns(most + 1), tasks[0])
  clock.time += 2
  await settled()
  const second = predictions.run(learner, subject, patterns(1), tasks[1])
  for (const milliseconds of [7, 5]) {
    clock.time += milliseconds
    gate.letOne()
    await settled()
  }
  await Promise.all([first, second])
  const times = tasks.map(({ timeline }) => [timeline.busy('queue'), timeline.busy('engine')])
  expect(times).toEqual([
    [2, 12],
    [7, 5],
  ])
  expect(tasks[0].timeline.span('engine')).toEqual({ stretches: 2, firstStart: 2, lastEnd: 14, busy: 12 })
})
