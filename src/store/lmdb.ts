/** Keeps adaptations in LMDB, in one folder on local disk. */
import { randomUUID } from 'node:crypto'
import { adaptationBytes } from './adaptation-bytes.js'
import {
  type AdaptationKey,
  type AdaptationStore,
  DamagedError,
  type Examples,
  type Learned,
  type NewAdaptation,
  type Page,
  type StoredAdaptation,
  type StoredInfo,
} from './adaptation-store.js'
import { hasExpired } from './expiry.js'
import { KeyQueue } from './key-queue.js'
import { LmdbEnvironment } from './lmdb-environment.js'
import { type Current, LmdbRecords, sealRecords } from './lmdb-records.js'
import { keyOfExpiry, recordKey } from './record-key.js'
import { requireSame } from './require-same.js'
import { type StoreObserver, silentObserver } from './store-observer.js'
import { UnderWay } from './under-way.js'

/** A larger record that is not in the page cache is read from disk by another thread; a small one is not worth it. */
const prefetchBytes = 64 * 1024

export class LmdbStore implements AdaptationStore {
  private readonly records: LmdbRecords
  /** Writes of one key, in order: the condition of a write then fails only if another process has written. */
  private readonly writes = new KeyQueue()
  private readonly reads = new UnderWay()
  private sweeping: NodeJS.Timeout | undefined
  private closed = false

  private constructor(
    private readonly environment: LmdbEnvironment,
    private readonly wall: () => number,
    private readonly observer: StoreObserver,
  ) {
    this.records = new LmdbRecords(environment)
  }

  /** Throws StoreOpenError. `wall`: milliseconds since 1970. */
  static async open(folder: string, wall: () => number, observer: StoreObserver = silentObserver): Promise<LmdbStore> {
    return new LmdbStore(await LmdbEnvironment.open(folder), wall, observer)
  }

  async get(key: AdaptationKey): Promise<StoredAdaptation | undefined> {
    const name = recordKey(key)
    return this.read(async () => {
      const before = this.alive(name)
      if (before && before.asked.retention !== 'examples' && before.bytes > prefetchBytes) {
        await this.records.prefetchLearned(name)
      }
      // Both in one turn, so that they are of one version.
      const info = this.alive(name)
      if (!info || info.asked.retention === 'examples') return info && { info, learned: undefined }
      try {
        return { info, learned: this.records.learned(name, info) }
      } catch (error) {
        if (!(error instanceof DamagedError) || info.asked.retention === 'weights') throw error
        await this.records.examples(name, info) // throws where they are damaged, too
        this.observer.damaged(key)
        return { info, learned: undefined }
      }
    })
  }

  async examples(info: StoredInfo): Promise<Examples | undefined> {
    const name = recordKey(info)
    return this.read(async () => {
      const current = this.alive(name)
      if (!current || current.mark !== info.mark || current.asked.retention === 'weights') return undefined
      return this.records.examples(name, current)
    })
  }

  async put(adaptation: NewAdaptation, replaces?: StoredInfo): Promise<StoredAdaptation> {
    const { info, learned } = adaptation
    const name = recordKey(info)
    return this.write(name, async () => {
      for (;;) {
        const current = this.records.current(name)
        if (current.damage && replaces !== undefined) throw current.damage
        const before = this.versionOf(current)
        requireSame(before > 0 ? current.info : undefined, replaces)
        const bytes = adaptationBytes(info, learned)
        const stored: StoredInfo = { ...info, version: before + 1, mark: randomUUID(), bytes }
        if (await this.records.replace(name, current, await sealRecords(name, stored, adaptation))) {
          return { info: stored, learned: info.asked.retention === 'examples' ? undefined : learned }
        }
      }
    })
  }

  /** Writes the weights where they should be kept and are not whole. */
  async restore(info: StoredInfo, learned: Learned): Promise<void> {
    const name = recordKey(info)
    return this.write(name, async () => {
      const current = this.records.current(name)
      if (!current.info || current.info.asked.retention === 'examples' || current.info.mark !== info.mark) return
      try {
        this.records.learned(name, current.info)
      } catch (error) {
        if (!(error instanceof DamagedError)) throw error
        await this.records.restoreLearned(name, current, info.version, learned)
      }
    })
  }

  /** A damaged one, too. */
  async delete(key: AdaptationKey): Promise<boolean> {
    const name = recordKey(key)
    return this.write(name, async () => {
      for (;;) {
        const current = this.records.current(name)
        if (current.condition === undefined) return false
        if (await this.records.remove(name, current)) return !(current.info && this.hasExpired(current.info))
      }
    })
  }

  async list(tenant: string, limit: number, from = ''): Promise<Page> {
    return this.read(async () => {
      const adaptations: StoredInfo[] = []
      for (const info of this.records.infos(tenant, from)) {
        if (this.hasExpired(info)) continue
        if (adaptations.length === limit) return { adaptations, next: info.id }
        adaptations.push(info)
      }
      return { adaptations, next: undefined }
    })
  }

  /** Frees the space of what has expired, at most `limit` of it; says how many. */
  async sweep(limit = 256): Promise<number> {
    const due = await this.read(async () => this.records.due(this.wall(), limit))
    const swept = await Promise.allSettled(due.map((expiry) => this.expire(expiry)))
    const failed = swept.find((each) => each.status === 'rejected')
    if (failed) throw failed.reason
    return swept.filter((each) => each.status === 'fulfilled' && each.value).length
  }

  /** Sweeps again and again until it is closed. */
  sweepEvery(milliseconds: number): void {
    clearInterval(this.sweeping)
    this.sweeping = setInterval(() => {
      this.sweep().catch((error: unknown) => this.observer.sweepFailed(error))
    }, milliseconds)
    this.sweeping.unref()
  }

  async close(): Promise<void> {
    if (this.closed) return
    this.closed = true
    clearInterval(this.sweeping)
    await this.writes.idle()
    await this.reads.idle()
    await this.environment.close()
  }

  private expire(expiry: Buffer): Promise<boolean> {
    const { expiresAt, key: name } = keyOfExpiry(expiry)
    return this.write(name, async () => {
      const current = this.records.current(name)
      if (current.info?.expiresAt === expiresAt) {
        return this.hasExpired(current.info) && this.records.remove(name, current)
      }
      await this.records.forget(name, current, expiry)
      return false
    })
  }

  /** Throws DamagedError. */
  private alive(name: Buffer): StoredInfo | undefined {
    const { info, damage } = this.records.current(name)
    if (damage) throw damage
    return info && !this.hasExpired(info) ? info : undefined
  }

  /** 0: there is none. A damaged one still counts, as far as its version can be told. */
  private versionOf({ info, damage, condition }: Current): number {
    if (info) return this.hasExpired(info) ? 0 : info.version
    return damage && condition !== undefined && condition >= 1 ? condition : 0
  }

  private hasExpired(info: StoredInfo): boolean {
    return hasExpired(info, this.wall())
  }

  private async read<T>(work: () => Promise<T>): Promise<T> {
    this.requireOpen()
    return this.reads.run(work)
  }

  private async write<T>(name: Buffer, work: () => Promise<T>): Promise<T> {
    this.requireOpen()
    return this.writes.run(name.toString('latin1'), work)
  }

  /** LMDB would crash. */
  private requireOpen(): void {
    if (this.closed) throw new Error('The store is closed: no request may come after it.')
  }
}
