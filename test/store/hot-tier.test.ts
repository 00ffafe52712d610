import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { adaptationBytes } from '../../src/store/adaptation-bytes.js'
import type { StoredInfo } from '../../src/store/adaptation-store.js'
import { HotTier } from '../../src/store/hot-tier.js'
import { type StoreObserver, silentObserver } from '../../src/store/store-observer.js'
import { type Made, made } from './made.js'
import { TestClocks } from './surroundings.js'

function hotInfo(given: Made = {}): StoredInfo {
  const { info, learned } = made({ weights: 100, ...given })
  return { ...info, version: 1, mark: 'm', bytes: adaptationBytes(info, learned) }
}

const size = hotInfo().bytes
const learned = made({ weights: 100 }).learned

class Heard implements StoreObserver {
  readonly events: unknown[] = []
  hit = (): void => void this.events.push('hit')
  miss = (): void => void this.events.push('miss')
  departed = (why: string, ageMs: number): void => void this.events.push([why, ageMs])
  damaged = silentObserver.damaged
  sweepFailed = silentObserver.sweepFailed
}

describe('the hot tier', () => {
  test('makes room for the newest, the least recently used goes first, and says why and how old each one was', () => {
    const clocks = new TestClocks()
    const heard = new Heard()
    const hot = new HotTier(2 * size, clocks, heard)
    hot.set(hotInfo({ id: 'a' }), learned)
    clocks.now += 10
    hot.set(hotInfo({ id: 'b', expiresAt: clocks.now + 1000 }), learned)
    clocks.now += 10
    hot.get(hotInfo({ id: 'a' }))
    hot.set(hotInfo({ id: 'c' }), learned)
    clocks.now += 5
    hot.set(hotInfo({ id: 'c' }), learned)
    hot.delete(hotInfo({ id: 'a' }))
    hot.get(hotInfo({ id: 'a' }))
    hot.set(hotInfo({ id: 'd', expiresAt: clocks.now + 7 }), learned)
    clocks.now += 7
    expect(hot.get(hotInfo({ id: 'd' }))).toBe(undefined)
    expect(heard.events).toEqual([
      'hit',
      ['evicted', 10],
      ['replaced', 5],
      ['deleted', 25],
      'miss',
      ['expired', 7],
      'miss',
    ])
    expect(hot).toMatchObject({ bytes: size, entries: 1 })
  })

  test('does not keep what would not fit alone, and then not its older version either', () => {
    const hot = new HotTier(size, new TestClocks())
    hot.set(hotInfo(), learned)
    hot.set({ ...hotInfo(), version: 2, bytes: size + 1 }, learned)
    expect(hot.get(hotInfo())).toBe(undefined)
    const none = new HotTier(0, new TestClocks())
    none.set(hotInfo(), learned)
    expect(none.entries).toBe(0)
  })

  test('does not keep a larger buffer alive, and no examples', () => {
    const hot = new HotTier(1e6, new TestClocks())
    const all = new Float32Array(1e5).fill(7)
    hot.set(hotInfo(), { weights: all.subarray(0, 100), statistics: all.subarray(100, 101) })
    const kept = hot.get(hotInfo())
    expect(Object.keys(kept ?? {})).toEqual(['info', 'learned'])
    expect(kept?.learned.weights).toEqual(new Float32Array(100).fill(7))
    expect(kept?.learned.weights.buffer.byteLength).toBe(400)
    expect(kept?.learned.statistics.buffer.byteLength).toBe(4)
  })

  test('its bytes are the sum over what it keeps and within the bound, after every operation', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd')
    const operation = fc.oneof(
      fc.record({ kind: fc.constant('set' as const), id, weights: fc.integer({ min: 0, max: 300 }) }),
      fc.record({ kind: fc.constant('delete' as const), id, weights: fc.constant(0) }),
      fc.record({ kind: fc.constant('get' as const), id, weights: fc.constant(0) }),
    )
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 30 }), (operations) => {
        const hot = new HotTier(3 * size, new TestClocks())
        for (const { kind, id, weights } of operations) {
          const info = hotInfo({ id, weights })
          if (kind === 'set') hot.set(info, made({ weights }).learned)
          if (kind === 'delete') hot.delete(info)
          if (kind === 'get') hot.get(info)
          const kept = ['a', 'b', 'c', 'd'].flatMap((each) => hot.get({ tenant: 't', id: each }) ?? [])
          expect(hot.bytes).toBe(kept.reduce((sum, one) => sum + adaptationBytes(one.info, one.learned), 0))
          expect(hot.entries).toBe(kept.length)
          expect(hot.bytes).toBeLessThanOrEqual(3 * size)
        }
      }),
      { seed: 1, numRuns: 50 },
    )
  })
})
