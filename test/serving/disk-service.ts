/** A service over LMDB on disk under a hot tier, which every adaptation leaves at once; and damage to the disk. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import type { ServedModel } from '../../src/serving/served-model.js'
import type { AskedSettings } from '../../src/store/adaptation-store.js'
import { HotTier } from '../../src/store/hot-tier.js'
import { LmdbStore } from '../../src/store/lmdb.js'
import { LmdbEnvironment } from '../../src/store/lmdb-environment.js'
import { recordKey } from '../../src/store/record-key.js'
import { TieredStore } from '../../src/store/tiered.js'
import { HandClock, settled } from './hand-clock.js'
import { byDefault, drawings, pattern, taskOf, tinyService } from './tiny-service.js'
import { WatchedLearner } from './watched-learner.js'
import { WatchedStore } from './watched-store.js'

/** Of the one adaptation that there is. */
export const key = { tenant: 't', id: 'a' }

const open: LmdbStore[] = []
const folders: string[] = []
afterEach(async () => {
  for (const store of open.splice(0)) await store.close()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'reptile-serving-'))
  folders.push(folder)
  return folder
}

/** `trainedOn`: the model that adaptations are made with. Afterwards `serve` says which one there is. */
export async function diskService(trainedOn: ServedModel, folder = temporaryFolder()) {
  const clock = new HandClock(1000)
  const lmdb = await LmdbStore.open(folder, clock.now)
  open.push(lmdb)
  const hot = new HotTier(1e6, { monotonic: clock.now, wall: clock.now })
  const store = new WatchedStore(new TieredStore(hot, lmdb))
  const task = (signal = new AbortController().signal) => taskOf({ signal, clock })
  /** Adapts, and forgets all that is not on disk. */
  const adapt = async (labels: readonly string[], asked: Partial<AskedSettings>, mark = 2) => {
    const { adapt } = tinyService({ served: [trainedOn], store, clock })
    const order = { id: 'a', served: trainedOn, examples: drawings(labels, mark), asked: { ...byDefault, ...asked } }
    const info = await adapt.run(order, task())
    const learned = hot.get(key)?.learned
    hot.clear()
    return { info, learned }
  }
  /** A server that has `model` now. */
  const serve = (model: ServedModel) => {
    const learner = new WatchedLearner(model.learner)
    const service = tinyService({ served: [{ ...model, learner }], store, clock, turnsAtOnce: 2 })
    const find = (signal?: AbortSignal) => service.predict.find(key, task(signal))
    const best = async (mark: number) => {
      const [prediction] = await service.predict.run(await find(), [pattern(mark)], 1, task())
      return prediction?.kind === 'labels' ? prediction.best.label : 'values'
    }
    return { ...service, learner, find, best }
  }
  return { clock, folder, lmdb, hot, store, task, adapt, serve }
}

/** What is damaged, in the file of a server that has stopped. */
export async function damage(folder: string, what: readonly ('learned' | 'examples')[]): Promise<void> {
  for (const store of open.splice(0)) await store.close()
  const environment = await LmdbEnvironment.open(folder)
  const name = recordKey(key)
  for (const record of what) {
    const bytes = Buffer.from(environment[record].get(name) ?? [])
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 5) ^ 1, bytes.length - 5)
    await environment[record].put(name, bytes)
  }
  await environment.close()
}

/** Reading from disk takes as many turns of the event loop as it takes. */
export async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 100_000; turn++) {
    if (isSo()) return
    await settled()
  }
  throw new Error('it never came to that')
}
