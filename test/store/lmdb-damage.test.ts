import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { DamagedError, type NewAdaptation } from '../../src/store/adaptation-store.js'
import { LmdbStore } from '../../src/store/lmdb.js'
import { magic } from '../../src/store/record-format.js'
import { silentObserver } from '../../src/store/store-observer.js'
import { made, sameNumbers } from './made.js'
import { TestClocks, temporaryFolder } from './surroundings.js'

const { wall } = new TestClocks()

describe('damaged records', () => {
  /** Flips a bit in every record of the kind (1 info, 2 learned, 3 examples), so many bytes after its beginning. */
  async function damage(folder: string, kind: number, at: number): Promise<void> {
    const path = join(folder, 'data.mdb')
    const file = readFileSync(path)
    for (let place = file.indexOf(magic); place >= 0; place = file.indexOf(magic, place + 1)) {
      if (place + at >= file.length) continue
      if (file.readUInt8(place + 5) === kind) file.writeUInt8(file.readUInt8(place + at) ^ 4, place + at)
    }
    writeFileSync(path, file)
  }

  async function damagedStore(adaptation: NewAdaptation, kind: number, at: number) {
    const folder = temporaryFolder()
    const before = await LmdbStore.open(folder, wall)
    const { info } = await before.put(adaptation)
    await before.put(made({ id: 'b' }))
    await before.delete({ tenant: 't', id: 'b' })
    await before.close()
    await damage(folder, kind, at)
    const heard: string[] = []
    const observer = { ...silentObserver, damaged: ({ id }: { readonly id: string }) => heard.push(id) }
    const store = await LmdbStore.open(folder, wall, observer)
    onTestFinished(() => store.close())
    return { store, info, heard }
  }

  test.each([0, 4, 5, 8, 12, 16, 24, 40])('an info with a flipped bit in byte %d is refused', async (at) => {
    const { store, info } = await damagedStore(made(), 1, at)
    await expect(store.get(info)).rejects.toThrow(DamagedError)
    await expect(store.get(info)).rejects.toThrow(/^The adaptation "a" is damaged on disk \(.*\): adapt it again, or/)
    await expect(store.examples(info)).rejects.toThrow(DamagedError)
    await expect(store.list('t', 10)).rejects.toThrow(DamagedError)
    await expect(store.put(made(), info)).rejects.toThrow(DamagedError)
    expect((await store.put(made({ mark: 2 }))).info.version).toBe(2)
    expect((await store.get(info))?.learned).toEqual(made({ mark: 2 }).learned)
  })

  test('a version beside the info that is another is not believed, and can be replaced', async () => {
    for (const at of [-1, -2, -8]) {
      const { store, info } = await damagedStore(made(), 1, at)
      await expect(store.get(info)).rejects.toThrow('it stands beside the version')
      await store.put(made({ mark: 2 }))
      expect((await store.get(info))?.learned).toEqual(made({ mark: 2 }).learned)
    }
  })

  test('a damaged one can be deleted', async () => {
    const { store, info } = await damagedStore(made(), 1, 30)
    expect(await store.delete(info)).toBe(true)
    expect(await store.get(info)).toBe(undefined)
    expect((await store.put(made({ mark: 2 }))).info.version).toBe(1)
  })

  test('damaged weights are learned again where there are examples, and mended', async () => {
    const { store, info, heard } = await damagedStore(made({ weights: 100_000 }), 2, 200_000)
    expect(await store.get(info)).toEqual({ info, learned: undefined })
    expect(heard).toEqual(['a'])
    expect(await store.examples(info)).toEqual(made().examples)
    const { learned } = made({ weights: 100_000 })
    await store.restore({ ...info, version: 2 }, learned)
    expect((await store.get(info))?.learned).toBe(undefined)
    await store.restore(info, learned)
    expect(sameNumbers((await store.get(info))?.learned, learned)).toBe(true)
  })

  test('damaged weights without examples are refused', async () => {
    const { store, info } = await damagedStore(made({ weights: 100_000, retention: 'weights' }), 2, 200_000)
    await expect(store.get(info)).rejects.toThrow(DamagedError)
  })

  test('damaged examples are refused, the weights are not', async () => {
    const { store, info } = await damagedStore(made(), 3, 60)
    expect((await store.get(info))?.learned).toEqual(made().learned)
    await expect(store.examples(info)).rejects.toThrow(DamagedError)
  })
})
