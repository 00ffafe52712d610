/** Runs of several clients in one call: who goes with whom, how full calls are, and what happens when there is no memory. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EngineError, OutOfMemoryError, type Run } from '../../src/engine/engine.js'
import { ClientBatches, type Variant } from '../../src/engine/tensorflow/client-batches.js'

/** Answers with each run's own number, a moment later; `fails` says which calls fail, by their clients. */
class Device {
  /** For how many clients each call was, and who was in it. */
  readonly calls: { readonly clients: number; readonly numbers: number[] }[] = []
  underWay = 0
  mostUnderWay = 0

  constructor(private readonly fails: (clients: number) => Error | undefined = () => undefined) {}

  variant(clients: number): Variant {
    return {
      clients,
      run: async (runs) => {
        this.calls.push({ clients, numbers: runs.map(numberOf) })
        this.mostUnderWay = Math.max(this.mostUnderWay, ++this.underWay)
        await new Promise((resolve) => setImmediate(resolve))
        this.underWay--
        const error = this.fails(clients)
        if (error) throw error
        return runs.map((run) => ({ y: Float32Array.of(numberOf(run)) }))
      },
    }
  }

  batches(leastFill: number): ClientBatches {
    return new ClientBatches([this.variant(1), this.variant(4), this.variant(16)], { common: ['steps'], leastFill })
  }
}

function numberOf({ feeds }: Run): number {
  return feeds.x?.data[0] ?? Number.NaN
}

function run(x: number, steps = 1): Run {
  return { feeds: { x: { shape: [1], data: Float32Array.of(x) }, steps: { shape: [], data: Int32Array.of(steps) } } }
}

async function answers(batches: ClientBatches, runs: readonly Run[]): Promise<number[]> {
  return (await Promise.all(runs.map((one) => batches.run(one)))).map(({ y }) => y?.[0] ?? Number.NaN)
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

describe('the clients of a call', () => {
  test.each([
    ['one alone', 1, 3 / 4, [1]],
    ['two, who would leave half of a call empty', 2, 3 / 4, [1, 1]],
    ['two, where empty places cost little', 2, 1 / 8, [4]],
    ['three', 3, 3 / 4, [4]],
    ['as many as there are places', 16, 3 / 4, [16]],
    ['more than there are places', 18, 3 / 4, [16, 1, 1]],
    ['some between two sizes', 7, 3 / 4, [4, 4]],
  ])('%s', async (_, count, leastFill, expected) => {
    const device = new Device()
    const runs = range(count).map((x) => run(x))
    expect(await answers(device.batches(leastFill), runs)).toEqual(range(count))
    expect(device.calls.map(({ clients }) => clients)).toEqual(expected)
  })

  test('have their common feeds in common', async () => {
    const device = new Device()
    await answers(device.batches(1 / 8), [run(0, 5), run(1, 7), run(2, 5), run(3, 7)])
    expect(device.calls.map(({ numbers }) => numbers)).toEqual([
      [0, 2],
      [1, 3],
    ])
  })

  test('who come while the device is busy go together in the next call', async () => {
    const device = new Device()
    const batches = device.batches(1 / 8)
    const first = batches.run(run(0))
    while (device.calls.length === 0) await new Promise((resolve) => setImmediate(resolve))
    const others = answers(
      batches,
      [1, 2, 3].map((x) => run(x)),
    )
    await Promise.all([first, others])
    expect(device.calls.map(({ numbers }) => numbers)).toEqual([[0], [1, 2, 3]])
  })

  test('whoever comes when: everybody gets the own answer, nobody is left, and at most two calls are asked for', async () => {
    const arrivals = fc.array(fc.record({ steps: fc.integer({ min: 1, max: 3 }), pause: fc.boolean() }), {
      maxLength: 40,
    })
    await fc.assert(
      fc.asyncProperty(arrivals, fc.constantFrom(1 / 8, 3 / 4, 1), async (plan, leastFill) => {
        const device = new Device()
        const batches = device.batches(leastFill)
        const answered: Promise<number[]>[] = []
        for (const [x, { steps, pause }] of plan.entries()) {
          answered.push(answers(batches, [run(x, steps)]))
          if (pause) await new Promise((resolve) => setImmediate(resolve))
        }
        expect((await Promise.all(answered)).flat()).toEqual(range(plan.length))
        expect(device.calls.flatMap(({ numbers }) => numbers).sort((a, b) => a - b)).toEqual(range(plan.length))
        expect(device.mostUnderWay).toBeLessThanOrEqual(2)
        for (const { numbers } of device.calls)
          expect(new Set(numbers.map((x) => plan[x]?.steps)).size).toBeLessThanOrEqual(1)
      }),
      { numRuns: 100, seed: 1 },
    )
  })
})

describe('without memory for a call', () => {
  const full = new OutOfMemoryError('the tensorflow engine has no memory for the run')

  test('it is tried once more in smaller ones', async () => {
    const device = new Device((clients) => (clients === 16 ? full : undefined))
    expect(
      await answers(
        device.batches(1 / 8),
        range(16).map((x) => run(x)),
      ),
    ).toEqual(range(16))
    expect(device.calls.map(({ clients }) => clients)).toEqual([16, 4, 4, 4, 4])
  })

  test('only the clients of that call hear of it, and those who come next are answered', async () => {
    let failing = true
    const device = new Device((clients) => (failing && clients > 1 ? full : undefined))
    const batches = device.batches(1 / 8)
    const outcomes = await Promise.allSettled(range(16).map((x) => batches.run(run(x))))
    expect(outcomes.map(({ status }) => status)).toEqual(range(16).map((x) => (x < 4 ? 'rejected' : 'fulfilled')))
    expect(device.calls.map(({ clients }) => clients)).toEqual([16, 4, ...range(12).map(() => 1)])
    failing = false
    expect(await answers(batches, [run(7)])).toEqual([7])
  })

  test('as many are not tried again for a while, and for a longer one when it is lacking still', async () => {
    const device = new Device((clients) => (clients === 16 ? full : undefined))
    const batches = device.batches(1 / 8)
    const triedAt: number[] = []
    for (let round = 0; round < 60; round++) {
      const before = device.calls.length
      await answers(
        batches,
        range(16).map((x) => run(x)),
      )
      if (device.calls.slice(before).some(({ clients }) => clients === 16)) triedAt.push(before)
    }
    const between = triedAt.slice(1).map((at, i) => at - (triedAt[i] ?? 0))
    expect(between.slice(0, 3)).toEqual([17, 33, 65])
  })

  test('a failure of another kind is not tried again', async () => {
    const device = new Device(() => new EngineError('the tensorflow engine failed'))
    const outcomes = await Promise.allSettled(range(4).map((x) => device.batches(1).run(run(x))))
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
    expect(device.calls).toHaveLength(4)
  })
})
