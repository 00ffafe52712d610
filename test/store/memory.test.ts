import { describe, expect, test } from 'vitest'
import { type NewAdaptation, StoreFullError } from '../../src/store/adaptation-store.js'
import { MemoryStore } from '../../src/store/memory.js'
import { describeStore } from './conformance.js'
import { made } from './made.js'
import { TestClocks } from './surroundings.js'

describeStore('memory', async (clocks) => new MemoryStore(1e7, clocks))

describe('the memory store', () => {
  test('counts all that it keeps, and what was used least recently makes room', async () => {
    const bytes = async (adaptation: NewAdaptation): Promise<number> => {
      const store = new MemoryStore(1e6, new TestClocks())
      await store.put(adaptation)
      return store.bytes
    }
    const size = await bytes(made({ weights: 100 }))
    expect(size - (await bytes(made({ weights: 100, retention: 'weights' })))).toBeGreaterThan(2 * 12)
    const store = new MemoryStore(2 * size, new TestClocks())
    for (const id of ['a', 'b']) await store.put(made({ id, weights: 100 }))
    await store.get({ tenant: 't', id: 'a' })
    await store.put(made({ id: 'c', weights: 100 }))
    expect((await store.list('t', 10)).adaptations.map(({ id }) => id)).toEqual(['a', 'c'])
    expect(store).toMatchObject({ bytes: 2 * size, entries: 2 })
  })

  test('refuses what would not fit alone, and keeps what it had', async () => {
    const store = new MemoryStore(4000, new TestClocks())
    const { info } = await store.put(made())
    await expect(store.put(made({ weights: 1000 }))).rejects.toThrow(StoreFullError)
    await expect(store.put(made({ weights: 1000 }))).rejects.toThrow('does not fit into HOT_BYTES=4000')
    expect((await store.get(info))?.info).toEqual(info)
  })

  test('keeps the weights in memory though only the examples are asked for', async () => {
    const store = new MemoryStore(1e6, new TestClocks())
    const { info } = await store.put(made({ retention: 'examples' }))
    expect((await store.get(info))?.learned).toEqual(made().learned)
  })
})
