import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { describe, expect, test } from 'vitest'
import { LmdbStore } from '../../src/store/lmdb.js'
import { made, sameNumbers } from './made.js'
import { putting, TestClocks, temporaryFolder } from './surroundings.js'

const { wall } = new TestClocks()

describe('a process that is killed', () => {
  test.each([1, 2])('has lost nothing that it has acknowledged (%d)', async (seed) => {
    const folder = temporaryFolder()
    const acknowledged = new Map<string, { version: number; mark: number }>()
    for (let round = 0; round < 5; round++) {
      const child = putting(folder, 1000 * (round + 1))
      const lines = createInterface(child.stdout ?? process.stdin)
      // So many puts after the first, then a moment: seeded, but for what the disk makes of it.
      let left = (seed * 7 + round * 13) % 11
      lines.on('line', (line) => {
        const [id = '', version, mark] = line.split(' ')
        acknowledged.set(id, { version: Number(version), mark: Number(mark) })
        if (left-- === 0) setTimeout(() => child.kill('SIGKILL'), (seed * 3 + round) % 5)
      })
      const [[, signal]] = await Promise.all([once(child, 'exit'), once(lines, 'close')])
      expect(signal).toBe('SIGKILL')
      const store = await LmdbStore.open(folder, wall)
      for (const [id, { version, mark }] of acknowledged) {
        const got = await store.get({ tenant: 't', id })
        if (!got) throw new Error(`${id} is lost`)
        expect(got.info.version).toBeGreaterThanOrEqual(version)
        if (got.info.version === version) expect(got.info.asked.seed).toBe(mark)
        const whole = made({ id, mark: got.info.asked.seed, weights: 20_000 })
        expect(sameNumbers(got.learned, whole.learned)).toBe(true)
        expect(await store.examples(got.info)).toEqual(whole.examples)
      }
      await store.close()
    }
    expect(acknowledged.size).toBe(3)
  })
})
