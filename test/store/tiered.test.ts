import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type {
  AdaptationKey,
  AdaptationStore,
  Learned,
  NewAdaptation,
  StoredAdaptation,
  StoredInfo,
} from '../../src/store/adaptation-store.js'
import { HotTier } from '../../src/store/hot-tier.js'
import { LmdbStore } from '../../src/store/lmdb.js'
import { MemoryStore } from '../../src/store/memory.js'
import { TieredStore } from '../../src/store/tiered.js'
import { describeStore } from './conformance.js'
import { made } from './made.js'
import { TestClocks, temporaryFolder } from './surroundings.js'

async function tiered(hotBytes: number, clocks: TestClocks): Promise<TieredStore> {
  return new TieredStore(new HotTier(hotBytes, clocks), await LmdbStore.open(temporaryFolder(), clocks.wall))
}

describeStore('tiered', (clocks) => tiered(1e6, clocks))
describeStore('tiered (nothing hot)', (clocks) => tiered(0, clocks))

const key = { tenant: 't', id: 'a' }

/** A store whose answers take as long as `answered` says; what it does, it does at once, before or after that. */
class SlowStore extends MemoryStore {
  reads = 0
  before: (what: string) => Promise<void> = async () => {}
  answered: (what: string) => Promise<void> = async () => {}

  override get(of: AdaptationKey): Promise<StoredAdaptation | undefined> {
    this.reads++
    return this.slowly('get', () => super.get(of))
  }

  override put(adaptation: NewAdaptation, replaces?: StoredInfo): Promise<StoredAdaptation> {
    return this.slowly('put', () => super.put(adaptation, replaces))
  }

  override delete(of: AdaptationKey): Promise<boolean> {
    return this.slowly('delete', () => super.delete(of))
  }

  override restore(info: StoredInfo, learned: Learned): Promise<void> {
    return this.slowly('restore', () => super.restore(info, learned))
  }

  private async slowly<T>(what: string, work: () => Promise<T>): Promise<T> {
    await this.before(what)
    const done = await work()
    await this.answered(what)
    return done
  }
}

class Gate {
  open: () => void = () => {}
  readonly opened = new Promise<void>((resolve) => {
    this.open = resolve
  })
}

function slowTier(hotBytes = 1e6): { durable: SlowStore; hot: HotTier; store: AdaptationStore } {
  const clocks = new TestClocks()
  const durable = new SlowStore(1e7, clocks)
  const hot = new HotTier(hotBytes, clocks)
  return { durable, hot, store: new TieredStore(hot, durable) }
}

describe('the tiered store', () => {
  test('reads the durable store once for all who ask at the same time, and then not again', async () => {
    const { durable, store } = slowTier()
    await durable.put(made())
    const gate = new Gate()
    durable.answered = () => gate.opened
    const asked = Promise.all([1, 2, 3].map(() => store.get(key)))
    gate.open()
    for (const got of await asked) expect(got?.learned).toEqual(made().learned)
    await store.get(key)
    expect(durable.reads).toBe(1)
  })

  test('a slow read never takes the place of a newer version', async () => {
    const { durable, hot, store } = slowTier()
    await durable.put(made({ mark: 1 }))
    const gate = new Gate()
    durable.answered = (what) => (what === 'get' ? gate.opened : Promise.resolve())
    const slow = store.get(key)
    await Promise.resolve()
    const { info } = await store.put(made({ mark: 2 }))
    gate.open()
    expect((await slow)?.info.version).toBe(1)
    expect(hot.get(key)?.info).toEqual(info)
    expect((await store.get(key))?.learned).toEqual(made({ mark: 2 }).learned)
  })

  test('nor when the hot tier cannot hold the newer one', async () => {
    const { durable, store } = slowTier(3000)
    await durable.put(made({ mark: 1 }))
    const gate = new Gate()
    durable.answered = (what) => (what === 'get' ? gate.opened : Promise.resolve())
    const slow = store.get(key)
    await Promise.resolve()
    await store.put(made({ mark: 2, weights: 10_000 }))
    const next = store.get(key)
    gate.open()
    await slow
    expect((await next)?.info.version).toBe(2)
    expect((await store.get(key))?.info.version).toBe(2)
  })

  test('nor brings back what was deleted', async () => {
    const { durable, store } = slowTier()
    await durable.put(made())
    const gate = new Gate()
    durable.answered = (what) => (what === 'get' ? gate.opened : Promise.resolve())
    const slow = store.get(key)
    await Promise.resolve()
    expect(await store.delete(key)).toBe(true)
    gate.open()
    await slow
    expect(await store.get(key)).toBe(undefined)
  })

  test('what could not be put leaves the hot one where it is', async () => {
    const { durable, store } = slowTier()
    await store.put(made())
    durable.before = async () => {
      throw new Error('no disk')
    }
    await expect(store.put(made({ mark: 2 }))).rejects.toThrow('no disk')
    await expect(store.delete(key)).rejects.toThrow('no disk')
    expect((await store.get(key))?.learned).toEqual(made().learned)
  })

  test('what was learned again is hot, where only examples are kept', async () => {
    const clocks = new TestClocks()
    const hot = new HotTier(1e6, clocks)
    const store = new TieredStore(hot, await LmdbStore.open(temporaryFolder(), clocks.wall))
    const { info } = await store.put(made({ retention: 'examples' }))
    expect((await store.get(key))?.learned).toEqual(made().learned)
    hot.clear()
    expect(await store.get(key)).toEqual({ info, learned: undefined })
    await store.restore(info, made().learned)
    expect(await store.get(key)).toEqual({ info, learned: made().learned })
    await store.close()
  })

  test('whatever the order of things: what has been acknowledged is what is read from then on', async () => {
    const step = fc.constantFrom('get', 'get', 'put', 'delete', 'restore', 'evict')
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(step, { minLength: 2, maxLength: 12 }), async (scheduler, steps) => {
        const { durable, hot, store } = slowTier()
        const { info: first } = await durable.put(made({ mark: 0 }))
        durable.before = (what) => scheduler.schedule(Promise.resolve(), `before ${what}`)
        durable.answered = (what) => scheduler.schedule(Promise.resolve(), `after ${what}`)
        // The writes in the order in which they were asked for, which is the one they happen in.
        const writes = [{ what: 'put', mark: 0 }]
        let acknowledged = 0
        const write = async (what: string, mark: number): Promise<void> => {
          const place = writes.push({ what, mark }) - 1
          await (what === 'put' ? store.put(made({ mark })) : store.delete(key))
          acknowledged = Math.max(acknowledged, place)
        }
        const read = async (): Promise<void> => {
          const oldest = acknowledged
          const got = await store.get(key)
          const possible = writes.slice(oldest)
          if (got) {
            const { seed } = got.info.asked
            expect(possible).toContainEqual({ what: 'put', mark: seed })
            expect(got.learned).toEqual(made({ mark: seed }).learned)
          } else {
            expect(possible.some(({ what }) => what === 'delete')).toBe(true)
          }
        }
        const run = async (what: string, mark: number): Promise<void> => {
          await scheduler.schedule(Promise.resolve(), `${what} ${mark}`)
          if (what === 'evict') hot.clear()
          if (what === 'put' || what === 'delete') await write(what, mark)
          if (what === 'restore') await store.restore(first, made({ mark: 0 }).learned)
          if (what === 'get') await read()
        }
        await scheduler.waitFor(Promise.all(steps.map((what, at) => run(what, at + 1))))
        durable.before = async () => {}
        durable.answered = async () => {}
        await read()
        expect(await store.get(key)).toEqual(await durable.get(key))
      }),
      { seed: 1, numRuns: 300 },
    )
  })
})
