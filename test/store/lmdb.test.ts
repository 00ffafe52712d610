import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import type { NewAdaptation } from '../../src/store/adaptation-store.js'
import { LmdbStore } from '../../src/store/lmdb.js'
import { describeStore } from './conformance.js'
import { made, sameNumbers } from './made.js'
import { TestClocks, temporaryFolder } from './surroundings.js'

describeStore('LMDB', ({ wall }) => LmdbStore.open(temporaryFolder(), wall))

const key = { tenant: 't', id: 'a' }
const { wall } = new TestClocks()

describe('the LMDB store', () => {
  test('has everything after it was closed and opened again', async () => {
    const folder = join(temporaryFolder(), 'made', 'by.itself')
    const store = await LmdbStore.open(folder, wall)
    expect(readdirSync(folder).sort()).toEqual(['data.mdb', 'lock.mdb'])
    await store.put(made({ weights: 200_000 }))
    await store.put(made({ mark: 2, weights: 200_000 }))
    await store.close()
    const again = await LmdbStore.open(folder, wall)
    const got = await again.get(key)
    expect(got?.info.version).toBe(2)
    expect(sameNumbers(got?.learned, made({ mark: 2, weights: 200_000 }).learned)).toBe(true)
    expect(got && (await again.examples(got.info))).toEqual(made({ mark: 2 }).examples)
    await again.close()
  })

  test('refuses work after it was closed, which lets what is under way end', async () => {
    const store = await LmdbStore.open(temporaryFolder(), wall)
    const put = store.put(made({ weights: 200_000 }))
    await put
    const underWay = [store.get(key), store.put(made({ mark: 2 })), store.delete(key)] as const
    await Promise.all([store.close(), store.close()])
    expect(await Promise.all(underWay)).toMatchObject([{ info: { version: 1 } }, { info: { version: 2 } }, true])
    await expect(store.get(key)).rejects.toThrow('The store is closed')
    await expect(store.put(made())).rejects.toThrow('The store is closed')
  })

  test('where only examples are kept no weights are written, not even when they are restored', async () => {
    const store = await LmdbStore.open(temporaryFolder(), wall)
    const { info } = await store.put(made({ retention: 'examples' }))
    await store.restore(info, made().learned)
    expect(await store.get(key)).toEqual({ info, learned: undefined })
    await store.close()
  })
})

describe('what has expired', () => {
  test('is swept, so much at a time, and nothing else', async () => {
    const clocks = new TestClocks()
    const store = await LmdbStore.open(temporaryFolder(), clocks.wall)
    for (let i = 0; i < 5; i++) await store.put(made({ id: `e${i}`, expiresAt: clocks.now + 10 * (5 - i) }))
    await store.put(made({ id: 'stays' }))
    await store.put(made({ id: 'later', expiresAt: clocks.now + 1000 }))
    // Replaced by one without an expiry, and deleted: neither is a matter for the sweep any more.
    await store.put(made({ id: 'e0', mark: 2 }))
    await store.delete({ tenant: 't', id: 'e1' })
    expect(await store.sweep()).toBe(0)
    clocks.now += 50
    expect(await store.sweep(2)).toBe(2)
    expect(await store.sweep(2)).toBe(1)
    expect(await store.sweep(2)).toBe(0)
    clocks.now = 0
    expect((await store.list('t', 10)).adaptations.map(({ id }) => id)).toEqual(['e0', 'later', 'stays'])
    clocks.now = Number.MAX_SAFE_INTEGER
    expect(await store.sweep()).toBe(1)
    expect((await store.list('t', 10)).adaptations.map(({ id }) => id)).toEqual(['e0', 'stays'])
    await store.close()
  })

  test('is swept again and again by a timer', async () => {
    const clocks = new TestClocks()
    const store = await LmdbStore.open(temporaryFolder(), clocks.wall)
    await store.put(made({ expiresAt: clocks.now + 10 }))
    store.sweepEvery(1)
    await vi.waitFor(async () => {
      // It would be there again if it had not been swept in between.
      clocks.now = 0
      const { adaptations } = await store.list('t', 10)
      clocks.now = 1e6
      expect(adaptations).toEqual([])
    })
    await store.close()
  })

  test('gives its space to others', async () => {
    const clocks = new TestClocks()
    const folder = temporaryFolder()
    const store = await LmdbStore.open(folder, clocks.wall)
    const round = async (): Promise<number> => {
      for (let i = 0; i < 10; i++) {
        await store.put(made({ id: `e${i}`, weights: 50_000, expiresAt: clocks.now + 1 }))
      }
      clocks.now += 2
      expect(await store.sweep()).toBe(10)
      return readFileSync(join(folder, 'data.mdb')).length
    }
    const first = await round()
    for (let i = 0; i < 5; i++) await round()
    expect(await round()).toBeLessThan(1.5 * first)
    await store.close()
  })
})

describe('a model of a store', () => {
  test('agrees with it through any operations, sweeps and reopenings', async () => {
    const tenant = fc.constantFrom('t', 'u')
    const id = fc.constantFrom('a', 'a-', 'B')
    const operation = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({ kind: fc.constant('put' as const), tenant, id, ttl: fc.constantFrom(0, 0, 3) }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), tenant, id }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), by: fc.integer({ min: -2, max: 4 }) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('sweep' as const) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 25 }), async (operations) => {
        const clocks = new TestClocks()
        const folder = temporaryFolder()
        let store = await LmdbStore.open(folder, clocks.wall)
        const model = new Map<string, { version: number; adaptation: NewAdaptation }>()
        const alive = (name: string) => {
          const found = model.get(name)
          const until = found?.adaptation.info.expiresAt ?? Number.POSITIVE_INFINITY
          return until > clocks.now ? found : undefined
        }
        for (const [mark, step] of operations.entries()) {
          if (step.kind === 'put') {
            const name = `${step.tenant} ${step.id}`
            const expiry = step.ttl > 0 ? { expiresAt: clocks.now + step.ttl } : {}
            const adaptation = made({ tenant: step.tenant, id: step.id, mark, ...expiry })
            const version = (alive(name)?.version ?? 0) + 1
            expect((await store.put(adaptation)).info.version).toBe(version)
            model.set(name, { version, adaptation })
          } else if (step.kind === 'delete') {
            const name = `${step.tenant} ${step.id}`
            expect(await store.delete(step)).toBe(alive(name) !== undefined)
            model.delete(name)
          } else if (step.kind === 'wait') {
            // What has expired may be swept or not: it stays away only as long as the clock does not go back behind it.
            for (const name of [...model.keys()]) if (!alive(name)) model.delete(name)
            await store.sweep()
            clocks.now += step.by
          } else if (step.kind === 'sweep') {
            for (const name of [...model.keys()]) if (!alive(name)) model.delete(name)
            await store.sweep()
          } else {
            await store.close()
            store = await LmdbStore.open(folder, clocks.wall)
          }
          for (const tenantName of ['t', 'u']) {
            const names = ['B', 'a', 'a-'].filter((name) => alive(`${tenantName} ${name}`))
            expect((await store.list(tenantName, 10)).adaptations.map((info) => info.id)).toEqual(names)
            for (const name of names) {
              const expected = alive(`${tenantName} ${name}`)
              const got = await store.get({ tenant: tenantName, id: name })
              expect(got).toMatchObject({ info: { version: expected?.version }, learned: expected?.adaptation.learned })
              expect(got && (await store.examples(got.info))).toEqual(expected?.adaptation.examples)
            }
          }
        }
        await store.close()
      }),
      { seed: 1, numRuns: 30 },
    )
  })
})
