/** What every AdaptationStore does. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { type AdaptationStore, VersionConflictError } from '../../src/store/adaptation-store.js'
import { made } from './made.js'
import { TestClocks } from './surroundings.js'

/** `create` gives an empty store whose wall clock is `clocks.wall`. */
export function describeStore(name: string, create: (clocks: TestClocks) => Promise<AdaptationStore>): void {
  const open = async (clocks = new TestClocks()): Promise<AdaptationStore> => {
    const store = await create(clocks)
    onTestFinished(() => store.close())
    return store
  }

  describe(`the ${name} store`, () => {
    test('gives back what was put, number for number', async () => {
      const store = await open()
      const put = made({ labels: ['__proto__', ' ', '\u{1f600}', 'constructor'] })
      const stored = await store.put(put)
      expect(stored.info).toMatchObject(put.info)
      const got = await store.get({ tenant: 't', id: 'a' })
      expect(got).toEqual({ info: stored.info, learned: put.learned })
      expect(await store.examples(stored.info)).toEqual(put.examples)
    })

    test('and targets, infinite and negative zero losses, labels of any length', async () => {
      const store = await open()
      const regression = made({ id: 'r', labels: [] })
      const targets = [Float32Array.of(1), Float32Array.of(-0)]
      const examples = { kind: 'targets' as const, inputs: [Float32Array.of(1, 2), new Float32Array(0)], targets }
      const info = { ...regression.info, losses: [Number.POSITIVE_INFINITY, -0, Number.NaN, 5e-324] }
      const stored = await store.put({ ...regression, info, examples })
      expect((await store.get(stored.info))?.info.losses).toEqual(info.losses)
      expect(await store.examples(stored.info)).toEqual(examples)
      const labels = ['x'.repeat(1e5), '\ud800', 'a\u0000b']
      const long = await store.put(made({ id: 'l', labels }))
      expect((await store.get(long.info))?.info.labels).toEqual(labels)
      expect(await store.examples(long.info)).toMatchObject({ labels })
    })

    test('keeps numbers that were a part of a larger buffer', async () => {
      const store = await open()
      const all = Float32Array.from({ length: 100 }, (_, i) => i)
      const learned = { weights: all.subarray(3, 7), statistics: all.subarray(50, 51) }
      const { info } = await store.put({ ...made(), learned })
      const got = await store.get(info)
      expect(got?.learned).toEqual(learned)
      expect(got?.learned?.weights.buffer.byteLength).toBe(16)
    })

    test('counts versions up by key, from 1 again after a deletion', async () => {
      const store = await open()
      const a = { tenant: 't', id: 'a' }
      const keys = [a, a, { tenant: 'u', id: 'a' }, { tenant: 't', id: 'b' }, a]
      const versions = []
      for (const { tenant, id } of keys) {
        versions.push((await store.put(made({ tenant, id }))).info.version)
      }
      expect(versions).toEqual([1, 2, 1, 1, 3])
      await store.delete({ tenant: 't', id: 'a' })
      expect((await store.put(made())).info.version).toBe(1)
    })

    test('counts without gaps when many put at once, and keeps the last one whole', async () => {
      const store = await open()
      const marks = Array.from({ length: 20 }, (_, i) => i + 1)
      const stored = await Promise.all(
        marks.map(async (mark) => ({ mark, version: (await store.put(made({ mark, weights: 1000 }))).info.version })),
      )
      expect(stored.map(({ version }) => version).sort((a, b) => a - b)).toEqual(marks)
      const last = stored.find(({ version }) => version === marks.length)
      const { info, learned, examples } = made({ mark: last?.mark ?? 0, weights: 1000 })
      const got = await store.get(info)
      expect(got).toMatchObject({ info: { ...info, version: marks.length }, learned })
      expect(got && (await store.examples(got.info))).toEqual(examples)
    })

    test('replaces only the version that was to be replaced', async () => {
      const store = await open()
      const { info: gone } = await store.put(made())
      await store.delete(gone)
      await expect(store.put(made(), gone)).rejects.toThrow(VersionConflictError)
      await expect(store.put(made(), gone)).rejects.toThrow('Version 1 was to be replaced, but there is none now')
      const { info: first } = await store.put(made())
      // The version is the same, the adaptation is not.
      await expect(store.put(made(), gone)).rejects.toThrow('but version 1 of another time is there now')
      const { info: second } = await store.put(made({ mark: 2 }), first)
      expect(second.version).toBe(2)
      await expect(store.put(made({ mark: 3 }), first)).rejects.toThrow(VersionConflictError)
      expect((await store.get({ tenant: 't', id: 'a' }))?.learned).toEqual(made({ mark: 2 }).learned)
      const race = await Promise.allSettled([4, 5, 6].map((mark) => store.put(made({ mark }), second)))
      expect(race.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected'])
    })

    test('gives the examples of exactly the version that is asked for', async () => {
      const store = await open()
      const first = await store.put(made({ mark: 1 }))
      const second = await store.put(made({ mark: 2 }))
      expect(await store.examples(first.info)).toBe(undefined)
      expect(await store.examples(second.info)).toEqual(made({ mark: 2 }).examples)
      await store.delete(second.info)
      expect(await store.examples(second.info)).toBe(undefined)
      await store.put(made({ mark: 3 }))
      expect(await store.examples(first.info)).toBe(undefined)
    })

    test('keeps what the retention says', async () => {
      const store = await open()
      const weights = await store.put(made({ id: 'w', retention: 'weights' }))
      expect((await store.get(weights.info))?.learned).toEqual(made().learned)
      expect(await store.examples(weights.info)).toBe(undefined)
      const examples = await store.put(made({ id: 'e', retention: 'examples' }))
      expect(await store.examples(examples.info)).toEqual(made().examples)
      expect((await store.get(examples.info))?.info).toEqual(examples.info)
      // The retention is each version's own.
      const both = await store.put(made({ id: 'w', retention: 'both' }))
      expect(await store.examples(both.info)).toEqual(made().examples)
    })

    test('a restored adaptation answers; restoring what is gone or replaced does nothing', async () => {
      const store = await open()
      const { info } = await store.put(made({ retention: 'examples' }))
      await store.restore(info, made().learned)
      expect((await store.get(info))?.info).toEqual(info)
      const { info: newer } = await store.put(made({ mark: 2 }))
      await store.restore(info, made().learned)
      expect(await store.get(info)).toEqual({ info: newer, learned: made({ mark: 2 }).learned })
      await store.delete(newer)
      await store.restore(newer, made({ mark: 2 }).learned)
      expect(await store.get(info)).toBe(undefined)
      const { info: again } = await store.put(made({ mark: 3 }))
      await store.restore(info, made().learned)
      expect(await store.get(info)).toEqual({ info: again, learned: made({ mark: 3 }).learned })
    })

    test('keeps tenants apart, whatever their names', async () => {
      const store = await open()
      const tenants = ['t', 'ta', '', ' ', 'T', 'tä', '\u{1f600}', 't/a', '0', '1 t', 't\u0000', 'ü'.repeat(128)]
      for (const [mark, tenant] of tenants.entries()) {
        await store.put(made({ tenant, id: 'a', mark }))
        await store.put(made({ tenant, id: 'aa', mark }))
      }
      for (const [mark, tenant] of tenants.entries()) {
        expect((await store.get({ tenant, id: 'a' }))?.learned).toEqual(made({ mark }).learned)
        const { adaptations } = await store.list(tenant, 10)
        expect(adaptations.map((info) => [info.tenant, info.id])).toEqual([
          [tenant, 'a'],
          [tenant, 'aa'],
        ])
      }
      expect(await store.get({ tenant: 'nobody', id: 'a' })).toBe(undefined)
      expect(await store.delete({ tenant: 'nobody', id: 'a' })).toBe(false)
      expect((await store.list('nobody', 10)).adaptations).toEqual([])
    })

    test('deletes', async () => {
      const store = await open()
      const { info } = await store.put(made())
      expect(await store.delete(info)).toBe(true)
      expect(await store.get(info)).toBe(undefined)
      expect((await store.list('t', 10)).adaptations).toEqual([])
      expect(await store.delete(info)).toBe(false)
    })

    test('lists page by page, in order of the characters of the ids', async () => {
      const store = await open()
      const ids = ['a', 'a-', 'a.b', 'B', 'b', 'aa', '_', '0', 'z'.repeat(128), 'z'.repeat(127), 'a_b']
      for (const id of ids) await store.put(made({ id }))
      const pages: string[][] = []
      let from: string | undefined
      do {
        const { adaptations, next } = await store.list('t', 3, from)
        pages.push(adaptations.map(({ id }) => id))
        from = next
      } while (from !== undefined)
      expect(pages.flat()).toEqual([...ids].sort())
      expect(pages.map(({ length }) => length)).toEqual([3, 3, 3, 2])
      expect((await store.list('t', 3)).adaptations[0]).toEqual((await store.get({ tenant: 't', id: '0' }))?.info)
      // A page begins behind what was deleted, and no page is empty but the last.
      await store.delete({ tenant: 't', id: 'a-' })
      expect((await store.list('t', 1, 'a-')).adaptations.map(({ id }) => id)).toEqual(['a.b'])
      expect(await store.list('t', 3, 'zzzz')).toMatchObject({ next: undefined })
    })

    test('what has expired is not there any more', async () => {
      const clocks = new TestClocks()
      const store = await open(clocks)
      const { info } = await store.put(made({ expiresAt: clocks.now + 100 }))
      await store.put(made({ id: 'b' }))
      clocks.now += 99
      expect((await store.get(info))?.info).toEqual(info)
      clocks.now += 1
      expect(await store.get(info)).toBe(undefined)
      expect(await store.examples(info)).toBe(undefined)
      expect((await store.list('t', 10)).adaptations.map(({ id }) => id)).toEqual(['b'])
      expect(await store.delete(info)).toBe(false)
      await expect(store.put(made(), info)).rejects.toThrow(VersionConflictError)
      expect((await store.put(made({ mark: 2, expiresAt: clocks.now + 1 }))).info.version).toBe(1)
      clocks.now += 1
      await store.restore(info, made().learned)
      expect(await store.get(info)).toBe(undefined)
      // Put again before anything has looked at the expired one.
      expect((await store.put(made({ mark: 3 }))).info.version).toBe(1)
    })

    test('no jump of the clock loses what has no expiry', async () => {
      const clocks = new TestClocks()
      const store = await open(clocks)
      const { info } = await store.put(made())
      for (const now of [Number.MAX_SAFE_INTEGER, 0, -1, Number.MAX_VALUE]) {
        clocks.now = now
        expect((await store.get(info))?.info).toEqual(info)
      }
    })
  })
}
