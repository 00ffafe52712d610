/** Who is let in ends in time; who could not is refused before it has cost anything, and told when to come again. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Demand, PromisedTime } from '../../src/serving/promised-time.js'
import { Scheduler } from '../../src/serving/scheduler.js'
import { ServingError } from '../../src/serving/serving-error.js'
import { runSliced } from '../../src/serving/sliced-work.js'
import { Timeline } from '../../src/serving/timeline.js'
import { EventClock } from './event-clock.js'

/** Milliseconds that requests may take. */
const patience = 60_000
const slice = 5

interface Outcome {
  readonly end: number
  readonly code: string
  readonly retryAfterSeconds: number | undefined
}

/**
 * Adaptations on an engine that takes `stepMs` a step, 2 ms for the turns before and after them; `turns` run at once. Where they go
 * `together` in a run, each of the others adds that share of its own time to it.
 */
function serving({ turns = 1, stepMs = 10, together }: { turns?: number; stepMs?: number; together?: number } = {}) {
  const clock = new EventClock()
  const scheduler = new Scheduler(turns, clock.now)
  const promisedTime =
    together === undefined
      ? new PromisedTime(() => scheduler.turnsAtOnce)
      : new PromisedTime(
          () => 1,
          () => scheduler.turnsUnderWay,
        )
  let computed = 0
  async function* slices({ steps, kind, budgetEnd }: Demand): AsyncGenerator<void, string, void> {
    await clock.after(2)
    for (let left = steps; left > 0; left -= slice) {
      yield
      if (clock.now() >= budgetEnd) break
      const slowdown = 1 + (together ?? 0) * (scheduler.turnsUnderWay - 1)
      await clock.after(Math.min(slice, left) * stepMs * slowdown * (kind === 'slow' ? 10 : 1))
      computed++
    }
    yield
    await clock.after(2)
    return 'done'
  }
  const demandOf = (steps: number, given: Partial<Demand> = {}): Demand => {
    const deadline = clock.now() + patience
    return { tenant: 't', kind: 'usual', steps, slice, deadline, budgetEnd: Number.POSITIVE_INFINITY, ...given }
  }
  const adapt = async (steps: number, given: Partial<Demand> = {}): Promise<Outcome> => {
    const demand = demandOf(steps, given)
    const leaving = new AbortController()
    const stop = clock.at(demand.deadline, () => leaving.abort(new Error('late')))
    const task = { tenant: demand.tenant, signal: leaving.signal, timeline: new Timeline(clock.now) }
    let code: string
    let retryAfterSeconds: number | undefined
    try {
      const promised = promisedTime.enter(demand, clock.now)
      code = await runSliced(scheduler, promised.follow(slices(demand)), task).finally(() => promised.leave())
    } catch (error) {
      if (!(error instanceof ServingError)) code = error instanceof Error ? error.message : 'nothing'
      else {
        code = error.failure.code
        if (error.failure.code === 'queue-full') retryAfterSeconds = error.failure.retryAfterSeconds
      }
    }
    stop()
    return { end: clock.now(), code, retryAfterSeconds }
  }
  /** So that the server knows what a step takes. */
  const measure = async (kind = 'usual') => {
    const measured = adapt(20, { kind })
    await clock.run()
    await measured
  }
  const many = (count: number, steps: number, given: Partial<Demand> = {}) =>
    Array.from({ length: count }, () => adapt(steps, given))
  const outcomes = async (asked: readonly Promise<Outcome>[]) => {
    await clock.run()
    return Promise.all(asked)
  }
  return { clock, promisedTime, demandOf, adapt, many, measure, outcomes, turns: () => computed }
}

const codes = (outcomes: readonly Outcome[]) => outcomes.map(({ code }) => code)
const times = (count: number, code: string) => new Array<string>(count).fill(code)

describe('more than there is time for', () => {
  test('is refused at once, and what was let in ends in time', async () => {
    const { clock, many, measure, outcomes } = serving()
    await measure()
    const start = clock.now()
    // Each takes 5 s; four fifths of the minute are given away.
    const all = await outcomes(many(20, 500))
    expect(codes(all)).toEqual([...times(9, 'done'), ...times(11, 'queue-full')])
    for (const { code, end } of all) {
      if (code === 'done') expect(end - start).toBeLessThan(patience)
      else expect(end).toBe(start)
    }
  })

  test('is more where more turns are taken at the same time', async () => {
    const { many, measure, outcomes } = serving({ turns: 2 })
    await measure()
    expect(codes(await outcomes(many(30, 500))).filter((code) => code === 'done')).toHaveLength(18)
  })

  test('may come again after the seconds that are told, and not much sooner', async () => {
    for (const earlier of [0, 3]) {
      const { clock, many, adapt, measure, outcomes } = serving()
      await measure()
      const asked = many(10, 500)
      const refused = await asked[9]
      const again = { code: 'not asked' }
      const seconds = (refused?.retryAfterSeconds ?? 0) - earlier
      clock.at(clock.now() + 1000 * seconds, () => void adapt(500).then((outcome) => Object.assign(again, outcome)))
      await outcomes(asked)
      expect([refused?.code, again.code]).toEqual(['queue-full', earlier === 0 ? 'done' : 'queue-full'])
    }
  })

  test('makes nobody late who was let in before', async () => {
    const { clock, adapt, many, measure, outcomes } = serving()
    await measure()
    const first = many(9, 500)
    const later: Promise<Outcome>[] = []
    for (let second = 1; second < 60; second++) clock.at(clock.now() + 1000 * second, () => later.push(adapt(300)))
    const all = await outcomes(first)
    expect(codes(all)).toEqual(times(9, 'done'))
    const late = codes(await Promise.all(later))
    expect(new Set(late)).toEqual(new Set(['done', 'queue-full']))
  })

  test('counts only as long as it is there', async () => {
    const { many, measure, outcomes } = serving()
    await measure()
    await outcomes(many(9, 500))
    expect(codes(await outcomes(many(9, 500)))).toEqual(times(9, 'done'))
  })

  test('is room again as soon as somebody leaves', async () => {
    const { clock, promisedTime, demandOf, measure } = serving()
    await measure()
    const enter = () => promisedTime.enter(demandOf(499), clock.now)
    const [first] = Array.from({ length: 9 }, enter)
    expect(enter).toThrow(
      'The adaptations under way leave too little time for this one, which would take until 50 s from now; ' +
        'try again in 2 s, or ask for fewer steps.',
    )
    first?.leave()
    expect(enter).not.toThrow()
  })

  test('none is what takes no steps', async () => {
    const { many, measure, outcomes } = serving()
    await measure()
    const all = await outcomes([...many(9, 500), ...many(20, 0)])
    expect(codes(all)).toEqual(times(29, 'done'))
  })
})

describe('what is not known', () => {
  test('is let in, and refused at its first turn where it has turned out to be too much', async () => {
    const { many, outcomes, turns } = serving()
    const all = await outcomes(many(20, 500))
    expect(codes(all)).toEqual([...times(9, 'done'), ...times(11, 'queue-full')])
    // Nothing was computed for those.
    expect(turns()).toBe((9 * 500) / slice)
  })

  test('stays unknown for another kind of steps', async () => {
    const { adapt, many, measure, outcomes } = serving()
    await measure()
    const all = await outcomes([...many(9, 500), adapt(20, { kind: 'slow' })])
    expect(codes(all)).toEqual(times(10, 'done'))
  })
})

describe('more steps than a request has time for', () => {
  test('are refused whatever else there is to do, and no time is told: it would be too long at any', async () => {
    const { adapt, measure, outcomes } = serving()
    await measure()
    expect(await outcomes([adapt(5900), adapt(6100)])).toMatchObject([{ code: 'done' }, { code: 'too-many-steps' }])
  })

  test('are told how long they would take, and how long there is', async () => {
    const { clock, promisedTime, demandOf, measure } = serving()
    await measure()
    expect(() => promisedTime.enter(demandOf(7990), clock.now)).toThrow(
      'The 7990 steps take about 80 s, and there are 60 s for them; ' +
        'send fewer steps, or a budgetMs, in which as many are done as fit.',
    )
  })

  test('are none with a budget, and none where nobody waits', async () => {
    const { clock, adapt, measure, outcomes } = serving()
    await measure()
    const budgetEnd = clock.now() + 1000
    const all = await outcomes([adapt(6100, { budgetEnd }), adapt(6100, { deadline: Number.POSITIVE_INFINITY })])
    expect(codes(all)[1]).toBe('done')
    expect(codes(all)[0]).not.toBe('too-many-steps')
  })
})

describe('a budget', () => {
  test('is all that is promised', async () => {
    const { clock, adapt, measure } = serving()
    await measure()
    const budgetEnd = clock.now() + 10_000
    void adapt(100_000, { budgetEnd })
    // 10 s of it and 30 s: less than 48 s.
    const other = adapt(3000)
    const more = await adapt(3000)
    expect(more).toMatchObject({ code: 'queue-full', end: clock.now() })
    await clock.run()
    expect((await other).code).toBe('done')
  })
})

describe('tenants', () => {
  test('one who asks for all there is leaves room to another who asks for little', async () => {
    const { adapt, many, measure, outcomes } = serving()
    await measure()
    const greedy = many(50, 500)
    const modest = [adapt(50, { tenant: 'u' }), adapt(50, { tenant: 'v' }), adapt(200, { tenant: 'u' })]
    const all = await outcomes(greedy)
    expect(codes(all)).toEqual([...times(9, 'done'), ...times(41, 'queue-full')])
    expect(codes(await Promise.all(modest))).toEqual(times(3, 'done'))
  })

  test('two who ask for all there is share it', async () => {
    const { many, measure, outcomes } = serving()
    await measure()
    const [first, second] = [many(60, 91), many(60, 91, { tenant: 'u' })]
    const done = async (asked: Promise<Outcome>[]) => codes(await outcomes(asked)).filter((code) => code === 'done')
    // Four fifths of the minute, and half of what is left of it: 0.91 s each.
    expect([(await done(first)).length, (await done(second)).length]).toEqual([52, 7])
  })
})

describe('under load for minutes', () => {
  const arrivals = fc.array(
    fc.record({
      at: fc.nat(150_000),
      steps: fc.constantFrom(1, 20, 50, 300, 500, 2000),
      tenant: fc.constantFrom('t', 't', 't', 'u', 'v'),
    }),
    { minLength: 30, maxLength: 120 },
  )

  test('nobody is let in for nothing', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, fc.constantFrom(1, 2, 4), async (plans, turns) => {
        const { clock, adapt, measure, outcomes } = serving({ turns, stepMs: 10 * turns })
        await measure()
        const asked: Promise<Outcome>[] = []
        for (const { at, steps, tenant } of plans) {
          clock.at(clock.now() + at, () => asked.push(adapt(steps, { tenant })))
        }
        await outcomes([])
        const all = codes(await Promise.all(asked))
        expect(all.filter((code) => code === 'late')).toEqual([])
        expect(all).toContain('done')
      }),
      { numRuns: 100, seed: 1, endOnFailure: true },
    )
  })
})

describe('where turns share runs of the engine', () => {
  test.each([0, 0.1, 0.7, 1])(
    'of which each adds %d of its own time, nobody who is let in is late',
    async (together) => {
      const { many, measure, outcomes } = serving({ turns: 8, together })
      await measure()
      const crowd = await outcomes(many(60, 500))
      const codes = new Set(crowd.map(({ code }) => code))
      expect([...codes].filter((code) => code !== 'done' && code !== 'queue-full')).toEqual([])
      expect(crowd.filter(({ code }) => code === 'done').length).toBeGreaterThanOrEqual(8)
    },
  )

  test('one that comes alone afterwards is let in, if it has the time alone', async () => {
    const { many, measure, outcomes, adapt } = serving({ turns: 8, together: 1 })
    await measure()
    await outcomes(many(8, 500))
    // 50 s of the 60 that there are; beside seven others it would take 400.
    expect((await outcomes([adapt(5000)]))[0]?.code).toBe('done')
  })

  test('as many are let in again and again', async () => {
    const { many, measure, outcomes } = serving({ turns: 8, together: 1 })
    await measure()
    const done: number[] = []
    for (let round = 0; round < 4; round++)
      done.push((await outcomes(many(24, 800))).filter(({ code }) => code === 'done').length)
    expect(new Set(done.map((count) => count >= 4 && count <= 7))).toEqual(new Set([true]))
  })

  test('it learns what they cost together, and lets more in', async () => {
    const { many, measure, outcomes } = serving({ turns: 8, together: 0.1 })
    await measure()
    const done = async () => (await outcomes(many(60, 500))).filter(({ code }) => code === 'done').length
    const first = await done()
    expect(await done()).toBeGreaterThan(2 * first)
  })
})
