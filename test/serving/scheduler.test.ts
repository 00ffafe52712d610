/** Who has a turn at the engine, and when. */
import { describe, expect, test } from 'vitest'
import type { Observer } from '../../src/serving/observer.js'
import { Scheduler } from '../../src/serving/scheduler.js'
import { HandClock, settled } from './hand-clock.js'
import { Stage } from './scripted-work.js'

function stageOf(concurrency = 1, observer?: Observer) {
  const clock = new HandClock()
  const scheduler = new Scheduler(concurrency, clock.now, observer)
  return { scheduler, stage: new Stage(scheduler, clock) }
}

const names = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`)

describe('turns', () => {
  test('the first has its turn at once, and as many at a time as the engine makes progress on', async () => {
    const { scheduler, stage } = stageOf(2)
    for (const name of names('a', 4)) stage.submit('adapt', name)
    expect(stage.now).toEqual(['a1', 'a2'])
    expect([scheduler.waiting('adapt'), scheduler.waiting('predict')]).toEqual([2, 0])
    await stage.end()
    expect(stage.now).toEqual(['a2', 'a3'])
    await stage.endAll()
    expect(stage.log).toEqual(['a1', 'a2', 'a3', 'a4'])
    expect(scheduler.waiting('adapt')).toBe(0)
  })

  test('work goes on until it is done', async () => {
    const { stage } = stageOf()
    stage.submit('adapt', 'a', { turns: 3 })
    await stage.endAll()
    expect(stage.log).toEqual(['a', 'a', 'a'])
  })

  test('the observer hears of every turn: its kind, how long it took, how many inputs it was about', async () => {
    const turns: [string, number, number][] = []
    const observer: Observer = { turn: (...turn) => turns.push(turn), coldStart() {} }
    const { stage } = stageOf(1, observer)
    stage.submit('adapt', 'a')
    stage.submit('predict', 'p')
    await stage.end(30)
    await stage.end(5)
    expect(turns).toEqual([
      ['adapt', 30, 1],
      ['predict', 5, 1],
    ])
  })
})

describe('predictions', () => {
  test('go between the slices of an adaptation, before whatever else waits', async () => {
    const { stage } = stageOf()
    stage.submit('adapt', 'a', { turns: 3 })
    stage.submit('adapt', 'b', { tenant: 'u' })
    stage.submit('predict', 'p', { tenant: 'u' })
    stage.submit('predict', 'q')
    await stage.endAll()
    expect(stage.log).toEqual(['a', 'p', 'q', 'b', 'a', 'a'])
  })

  test('never stop an adaptation: after 16 of them in a row it has its turn', async () => {
    const { stage } = stageOf()
    stage.submit('predict', 'p0')
    stage.submit('adapt', 'a', { turns: 2 })
    for (const name of names('p', 40)) stage.submit('predict', name)
    await stage.endAll()
    expect(stage.log.map((name) => (name === 'a' ? 'a' : '.')).join('')).toBe(
      `.${'.'.repeat(16)}a${'.'.repeat(16)}a${'.'.repeat(8)}`,
    )
  })

  test('that came while no adaptation waited do not count', async () => {
    const { stage } = stageOf()
    for (const name of names('p', 20)) stage.submit('predict', name)
    for (let i = 0; i < 10; i++) await stage.end()
    stage.submit('adapt', 'a')
    for (const name of names('q', 20)) stage.submit('predict', name)
    await stage.endAll()
    // p11 had its turn when the adaptation came: it saw 16 others go before.
    expect(stage.log.indexOf('a')).toBe(11 + 16)
  })
})

describe('newcomers', () => {
  test('join at the next border: tenants take turns, slice by slice', async () => {
    const { stage } = stageOf()
    stage.submit('adapt', 'a', { tenant: 't', turns: 3 })
    await stage.end()
    stage.submit('adapt', 'b', { tenant: 'u', turns: 3 })
    stage.submit('adapt', 'c', { tenant: 'v', turns: 1 })
    await stage.endAll()
    expect(stage.log).toEqual(['a', 'a', 'b', 'c', 'a', 'b', 'b'])
  })

  test("do not wait for the length of another tenant's line", async () => {
    const { stage } = stageOf()
    for (const name of names('a', 10)) stage.submit('adapt', name, { tenant: 't' })
    stage.submit('adapt', 'b', { tenant: 'u' })
    await stage.endAll()
    expect(stage.log.indexOf('b')).toBe(2)
  })

  test('the same holds for predictions', async () => {
    const { stage } = stageOf()
    for (const name of names('p', 10)) stage.submit('predict', name, { tenant: 't' })
    stage.submit('predict', 'q', { tenant: 'u' })
    await stage.endAll()
    expect(stage.log.indexOf('q')).toBe(2)
  })
})

describe("within a tenant's line", () => {
  test('short work is done before the next begins', async () => {
    const { stage } = stageOf()
    for (const name of names('a', 3)) stage.submit('adapt', name, { turns: 2 })
    await stage.endAll(99)
    expect(stage.log).toEqual(['a1', 'a1', 'a2', 'a2', 'a3', 'a3'])
  })

  test('work of more than 200 ms makes way for the others, and comes back', async () => {
    const { stage } = stageOf()
    stage.submit('adapt', 'long', { turns: 7 })
    stage.submit('adapt', 'short', { turns: 2 })
    await stage.endAll(70)
    expect(stage.log.join(' ')).toBe('long long long short short long long long long')
  })

  test('long work takes turns of 200 ms', async () => {
    const { stage } = stageOf()
    for (const name of ['a', 'b']) stage.submit('adapt', name, { turns: 7 })
    await stage.endAll(70)
    expect(stage.log.join('')).toBe('aaabbbaaabbbab')
  })
})

describe('withdraw', () => {
  test('what waits gives its place back and never has a turn', async () => {
    const { scheduler, stage } = stageOf()
    for (const name of ['a', 'b', 'c']) stage.submit('adapt', name)
    expect([stage.withdraw('b'), stage.withdraw('b')]).toEqual([true, false])
    expect(scheduler.waiting('adapt')).toBe(1)
    await stage.endAll()
    expect(stage.log).toEqual(['a', 'c'])
  })

  test('what waits between two turns has no further one', async () => {
    const { stage } = stageOf()
    stage.submit('adapt', 'a', { turns: 3 })
    stage.submit('adapt', 'b', { tenant: 'u' })
    await stage.end()
    expect(stage.withdraw('a')).toBe(true)
    await stage.endAll()
    expect(stage.log).toEqual(['a', 'b'])
  })

  test('what has its turn at this moment, or is done, cannot be taken back', async () => {
    const { stage } = stageOf()
    stage.submit('adapt', 'a', { turns: 2 })
    expect(stage.withdraw('a')).toBe(false)
    await stage.endAll()
    expect(stage.log).toEqual(['a', 'a'])
    expect(stage.withdraw('a')).toBe(false)
  })
})

describe('idle', () => {
  test('is at once where there is nothing', async () => {
    await stageOf().scheduler.idle()
  })

  test('is when the last turn of the last work is over, withdrawn work aside', async () => {
    const { scheduler, stage } = stageOf()
    let idle = 0
    stage.submit('adapt', 'a', { turns: 2 })
    stage.submit('predict', 'p')
    stage.submit('adapt', 'b')
    for (let i = 0; i < 2; i++) void scheduler.idle().then(() => idle++)
    stage.withdraw('b')
    for (let turn = 0; turn < 3; turn++) {
      await settled()
      expect(idle).toBe(0)
      await stage.end()
    }
    expect(idle).toBe(2)
    await scheduler.idle()
  })
})
