/** What every AdaptationStore does. */
import { describe, expect, test } from 'vitest'
import type { AdaptationStore, NewAdaptation } from '../../src/store/adaptation-store.js'

export function newAdaptation(
  tenant: string,
  id: string,
  weights = 4,
  labels: readonly string[] = ['x', 'y'],
): NewAdaptation {
  return {
    tenant,
    id,
    model: 'm',
    modelDigest: 'd',
    labels,
    classes: labels.length,
    examples: 2,
    steps: 1,
    learningRate: 0.1,
    seed: 1,
    losses: [0.5],
    weights: new Float32Array(weights).fill(0.25),
    statistics: Float32Array.of(1, 2),
  }
}

export function describeStore(name: string, create: () => Promise<AdaptationStore>): void {
  describe(`the ${name} store`, () => {
    test('gives back what was put', async () => {
      const store = await create()
      const put = newAdaptation('t', 'a', 4, ['__proto__', ' ', '\u{1f600}'])
      const stored = await store.put(put)
      expect(stored).toMatchObject(put)
      expect(await store.get({ tenant: 't', id: 'a' })).toEqual(stored)
      await store.close()
    })

    test('counts versions up by key', async () => {
      const store = await create()
      const versions = []
      for (const [tenant, id] of [
        ['t', 'a'],
        ['t', 'a'],
        ['u', 'a'],
        ['t', 'b'],
        ['t', 'a'],
      ] as const) {
        versions.push((await store.put(newAdaptation(tenant, id))).version)
      }
      expect(versions).toEqual([1, 2, 1, 1, 3])
      await store.close()
    })

    test('keeps tenants apart', async () => {
      const store = await create()
      await store.put(newAdaptation('t', 'a'))
      expect(await store.get({ tenant: 'u', id: 'a' })).toBe(undefined)
      expect(await store.delete({ tenant: 'u', id: 'a' })).toBe(false)
      expect((await store.list('u', 10)).adaptations).toEqual([])
      await store.close()
    })

    test('deletes', async () => {
      const store = await create()
      await store.put(newAdaptation('t', 'a'))
      expect(await store.delete({ tenant: 't', id: 'a' })).toBe(true)
      expect(await store.get({ tenant: 't', id: 'a' })).toBe(undefined)
      expect(await store.delete({ tenant: 't', id: 'a' })).toBe(false)
      await store.close()
    })

    test('lists page by page, in order of the ids', async () => {
      const store = await create()
      for (const id of ['c', 'a', 'e', 'b', 'd']) await store.put(newAdaptation('t', id))
      const pages = []
      let from: string | undefined
      do {
        const { adaptations, next } = await store.list('t', 2, from)
        pages.push(adaptations.map(({ id }) => id))
        from = next
      } while (from !== undefined)
      expect(pages).toEqual([['a', 'b'], ['c', 'd'], ['e']])
      await store.close()
    })
  })
}
