/** What is kept of an adaptation decides what it takes to answer later. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { LabelledExamples } from '../../src/store/adaptation-store.js'
import { HotTier } from '../../src/store/hot-tier.js'
import { LmdbStore } from '../../src/store/lmdb.js'
import { MemoryStore } from '../../src/store/memory.js'
import { TieredStore } from '../../src/store/tiered.js'
import { lying, twoSigns, upright } from './requests.js'
import { type Circumstances, startTestServer, type TestServer } from './test-server.js'

/** Closes when the test is over. */
async function another(given: Partial<Circumstances>): Promise<TestServer> {
  const other = await startTestServer(given)
  onTestFinished(() => other.close())
  return other
}

const predictions = async (of: TestServer, id: string) => {
  const { status, body } = await of.post('/predict', { id, inputs: [upright, lying] })
  return [status, body.version, body.predictions]
}

describe('retention', () => {
  /** Room in memory for one tiny adaptation at a time. */
  async function onDisk(): Promise<TestServer> {
    const folder = await mkdtemp(join(tmpdir(), 'reptile-http-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const clock = () => Date.UTC(2026, 0, 1)
    const { bytes } = (await (await another({})).post('/adapt', twoSigns)).body
    const hot = new HotTier(1.5 * bytes, { monotonic: clock, wall: clock })
    return another({ store: new TieredStore(hot, await LmdbStore.open(folder, clock)) })
  }

  test('of examples alone: learned again when it is needed, once for all who wait', async () => {
    const server = await onDisk()
    const made = await server.post('/adapt', { ...twoSigns, id: 'a', retention: 'examples' })
    expect(made.body).toMatchObject({ retention: 'examples', version: 1 })
    const before = await predictions(server, 'a')
    await server.post('/adapt', { ...twoSigns, id: 'b' })
    expect(server.images.adapted).toBe(2)
    const again = await Promise.all([1, 2, 3].map(() => predictions(server, 'a')))
    expect(again).toEqual([before, before, before])
    expect(server.images.adapted).toBe(3)
  })

  test.each(['both', 'weights'])('of %s: read back from disk', async (retention) => {
    const server = await onDisk()
    await server.post('/adapt', { ...twoSigns, id: 'a', retention })
    const before = await predictions(server, 'a')
    await server.post('/adapt', { ...twoSigns, id: 'b' })
    expect(await predictions(server, 'a')).toEqual(before)
    expect(server.images.adapted).toBe(2)
  })

  test('when the model is a new version: adapted again from the examples, unless only weights were kept', async () => {
    const wall = () => Date.UTC(2026, 0, 1)
    const store = new MemoryStore(1e7, { monotonic: wall, wall })
    const before = await another({ store })
    for (const retention of ['both', 'weights'])
      await before.post('/adapt', { ...twoSigns, id: retention, retention, ttlSeconds: 60, steps: 4 })
    const after = await another({ store, seed: 2 })
    const [status, version, answers] = await predictions(after, 'both')
    expect([status, version]).toEqual([200, 2])
    expect((await after.get('/adaptations/both')).body).toMatchObject({
      version: 2,
      steps: 4,
      expiresAt: '2026-01-01T00:01:00.000Z',
    })
    await after.post('/adapt', { ...twoSigns, id: 'fresh', steps: 4 })
    expect((await predictions(after, 'fresh'))[2]).toEqual(answers)
    const lost = await after.post('/predict', { id: 'weights', inputs: [upright] })
    expect([lost.status, lost.body.type]).toEqual([409, 'urn:reptile-serve:not-restorable'])
  })

  describe('when the model is a new version that the examples do not fit', () => {
    const wall = () => Date.UTC(2026, 0, 1)

    async function outgrown(change: (examples: LabelledExamples) => LabelledExamples): Promise<TestServer> {
      const store = new MemoryStore(1e7, { monotonic: wall, wall })
      const server = await another({ store })
      await server.post('/adapt', twoSigns)
      const stored = await store.get({ tenant: 'default', id: 'signs' })
      const examples = stored && (await store.examples(stored.info))
      if (!stored?.learned || examples?.kind !== 'labels') throw new Error('The signs are not there.')
      const changed = change(examples)
      const labels = [...new Set(changed.labels)]
      const info = { ...stored.info, modelDigest: 'older', labels, classes: labels.length }
      await store.put({ info, learned: stored.learned, examples: changed })
      return server
    }

    test.each<[string, (examples: LabelledExamples) => LabelledExamples]>([
      ['in size', ({ inputs, ...rest }) => ({ ...rest, inputs: inputs.map(() => new Float32Array(100)) })],
      ['in number', ({ inputs: [input = new Float32Array(64)] }) => manyOf(input, 11, 2)],
      ['in classes', ({ inputs: [input = new Float32Array(64)] }) => manyOf(input, 6, 6)],
    ])('%s: 409, send them again', async (_name, change) => {
      const server = await outgrown(change)
      const { status, body } = await server.post('/predict', { id: 'signs', inputs: [upright] })
      expect([status, body.type]).toEqual([409, 'urn:reptile-serve:not-restorable'])
      expect(server.faults()).toEqual([])
      expect((await server.post('/adapt', twoSigns)).body.version).toBe(3)
      expect((await server.post('/predict', { id: 'signs', inputs: [upright] })).status).toBe(200)
    })
  })
})

function manyOf(input: Float32Array, count: number, classes: number): LabelledExamples {
  const labels = Array.from({ length: count }, (_, i) => `${i % classes}`)
  return { kind: 'labels', inputs: labels.map(() => input), labels }
}
