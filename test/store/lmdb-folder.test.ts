import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, test } from 'vitest'
import { DamagedError, type StoredAdaptation, StoreFullError } from '../../src/store/adaptation-store.js'
import { LmdbStore } from '../../src/store/lmdb.js'
import { StoreOpenError } from '../../src/store/store-open-error.js'
import { made, sameNumbers } from './made.js'
import { enlarge, putting, smallDisk, TestClocks, temporaryFolder } from './surroundings.js'

const { wall } = new TestClocks()

describe('a data folder', () => {
  const open = (folder: string): Promise<LmdbStore> => LmdbStore.open(folder, wall)

  test('that is none, or holds something else, is refused in one sentence', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'file'), 'x')
    await expect(open(join(folder, 'file'))).rejects.toThrow(StoreOpenError)
    await expect(open(join(folder, 'file'))).rejects.toThrow(`DATA_DIR=${join(folder, 'file')} is not a folder`)
    await expect(open(join(folder, 'file', 'below'))).rejects.toThrow('is not a folder: name one.')
    for (const [name, content] of [
      ['text', Buffer.from('x'.repeat(20_000))],
      ['zeros', Buffer.alloc(20_000)],
      ['short', Buffer.from('x')],
    ] as const) {
      mkdirSync(join(folder, name))
      writeFileSync(join(folder, name, 'data.mdb'), content)
      await expect(open(join(folder, name))).rejects.toThrow('holds a data.mdb that is no database of this server')
    }
  })

  test('whose file was cut short is refused', async () => {
    const folder = temporaryFolder()
    const store = await open(folder)
    for (let i = 0; i < 10; i++) await store.put(made({ id: `${i}`, weights: 50_000 }))
    await store.close()
    const { length } = readFileSync(join(folder, 'data.mdb'))
    for (const part of [0.8, 0.5, 0.1, 0]) {
      truncateSync(join(folder, 'data.mdb'), Math.max(8192, Math.floor(length * part)))
      await expect(open(folder)).rejects.toThrow(/cut short \(\d+ of \d+ bytes\): restore it from a copy\.$/)
    }
  })

  test('whose file lacks its last pages is opened, and what was in them is refused', async () => {
    const folder = temporaryFolder()
    const store = await open(folder)
    const adaptations = Array.from({ length: 10 }, (_, i) =>
      made({ id: `${i}`, weights: 50_000, retention: 'weights' }),
    )
    for (const adaptation of adaptations) await store.put(adaptation)
    await store.close()
    const { length } = readFileSync(join(folder, 'data.mdb'))
    truncateSync(join(folder, 'data.mdb'), length - 250_000)
    const again = await open(folder)
    const refused: string[] = []
    for (const { info, learned } of adaptations) {
      const got = await again.get(info).catch((error: unknown) => error)
      if (got instanceof DamagedError) refused.push(info.id)
      else expect(sameNumbers(isStored(got) ? got.learned : undefined, learned)).toBe(true)
    }
    expect(refused).toEqual(['8', '9'])
    await again.close()
  })

  test('that another process uses is refused, until that one ends, however it ends', async () => {
    const folder = temporaryFolder()
    const other = putting(folder, 1)
    await once(createInterface(other.stdout ?? process.stdin), 'line')
    await expect(open(folder)).rejects.toThrow(`DATA_DIR=${folder} is in use by another process`)
    other.kill('SIGKILL')
    await once(other, 'exit')
    await (await open(folder)).close()
    const own = await open(folder)
    await expect(open(folder)).rejects.toThrow('in use by another process')
    await own.close()
  })
})

describe('a full disk', () => {
  test('refuses a new one, keeps the old ones, and takes new ones again when there is room', async ({ skip }) => {
    const folder = smallDisk('24m')
    if (!folder) return skip('needs to be root to mount a small file system')
    const store = await LmdbStore.open(join(folder, 'data'), wall)
    const refused: string[] = []
    for (let i = 0; i < 60 && refused.length < 3; i++) {
      const adaptation = made({ id: `${i}`, mark: i, weights: 100_000 })
      await store.put(adaptation).catch((error: unknown) => {
        expect(error).toBeInstanceOf(StoreFullError)
        expect(String(error)).toContain('The disk is full: make room for DATA_DIR.')
        refused.push(`${i}`)
      })
    }
    expect(refused).toHaveLength(3)
    const { adaptations } = await store.list('t', 100)
    expect(adaptations.length).toBeGreaterThan(5)
    const check = async (of: LmdbStore, id: string, mark: number): Promise<void> => {
      const got = await of.get({ tenant: 't', id })
      expect(sameNumbers(got?.learned, made({ mark, weights: 100_000 }).learned)).toBe(true)
    }
    for (const { id } of adaptations) await check(store, id, Number(id))
    // The old version stays where the new one finds no room.
    await expect(Promise.all([0, 1].map((i) => store.put(made({ id: `${i}`, weights: 1e6 }))))).rejects.toThrow(
      StoreFullError,
    )
    await check(store, '0', 0)
    expect(await store.delete({ tenant: 't', id: '0' })).toBe(true)
    enlarge(folder, '48m')
    await store.put(made({ id: 'new', mark: 7, weights: 100_000 }))
    await check(store, 'new', 7)
    await store.close()
    fillUp(folder)
    await expect(LmdbStore.open(join(folder, 'another'), wall)).rejects.toThrow('is on a full disk: make room.')
    const again = await LmdbStore.open(join(folder, 'data'), wall)
    await check(again, 'new', 7)
    for (const { id } of adaptations.slice(1)) await check(again, id, Number(id))
    await again.close()
  })
})

function fillUp(folder: string): void {
  const file = openSync(join(folder, 'filler'), 'w')
  try {
    for (;;) writeSync(file, Buffer.alloc(4096))
  } catch {
    closeSync(file)
  }
}

function isStored(value: unknown): value is StoredAdaptation {
  return typeof value === 'object' && value !== null && 'learned' in value
}
