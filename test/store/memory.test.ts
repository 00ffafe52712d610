import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { adaptationBytes } from '../../src/store/adaptation-bytes.js'
import type { NewAdaptation } from '../../src/store/adaptation-store.js'
import { type Departure, MemoryStore } from '../../src/store/memory.js'
import { describeStore, newAdaptation } from './conformance.js'

describeStore('memory', async () => new MemoryStore(1e6))

describe('the memory store makes room', () => {
  const size = adaptationBytes(newAdaptation('t', 'a', 100))

  test('for a newer one, least recently used first, and says why each one left', async () => {
    const gone: [string, Departure][] = []
    const store = new MemoryStore(2 * size, ({ id }, why) => gone.push([id, why]))
    await store.put(newAdaptation('t', 'a', 100))
    await store.put(newAdaptation('t', 'b', 100))
    await store.get({ tenant: 't', id: 'a' })
    await store.put(newAdaptation('t', 'c', 100))
    await store.put(newAdaptation('t', 'c', 100))
    await store.delete({ tenant: 't', id: 'a' })
    expect(gone).toEqual([
      ['b', 'evicted'],
      ['c', 'replaced'],
      ['a', 'deleted'],
    ])
  })

  test('but refuses what would not fit alone, and keeps what it had', async () => {
    const store = new MemoryStore(size)
    await store.put(newAdaptation('t', 'a', 100))
    await expect(store.put(newAdaptation('t', 'b', 101))).rejects.toThrow(`does not fit into CACHE_BYTES=${size}`)
    expect(await store.get({ tenant: 't', id: 'a' })).toBeDefined()
  })

  test('its bytes are the sum over what it keeps, after every operation', async () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd')
    const operation = fc.oneof(
      fc.record({ kind: fc.constant('put' as const), id, weights: fc.integer({ min: 0, max: 300 }) }),
      fc.record({ kind: fc.constant('delete' as const), id }),
      fc.record({ kind: fc.constant('get' as const), id }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 30 }), async (operations) => {
        const store = new MemoryStore(3 * size)
        for (const step of operations) {
          if (step.kind === 'put') await store.put(newAdaptation('t', step.id, step.weights))
          if (step.kind === 'delete') await store.delete({ tenant: 't', id: step.id })
          if (step.kind === 'get') await store.get({ tenant: 't', id: step.id })
          const { adaptations } = await store.list('t', 100)
          expect(store.bytes).toBe(
            adaptations.reduce((sum: number, kept: NewAdaptation) => sum + adaptationBytes(kept), 0),
          )
          expect(store.bytes).toBeLessThanOrEqual(3 * size)
        }
      }),
      { seed: 1, numRuns: 50 },
    )
  })
})
