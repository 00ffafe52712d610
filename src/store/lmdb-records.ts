/** The records of one adaptation in LMDB: read and checked, written and removed together. */
import { getLastVersion, IF_EXISTS } from 'lmdb'
import { DamagedError, type Examples, type Learned, type NewAdaptation, type StoredInfo } from './adaptation-store.js'
import { openExamples, sealExamples } from './examples-record.js'
import { openInfo, sealInfo } from './info-record.js'
import { openLearned, sealLearned } from './learned-record.js'
import { type LmdbEnvironment, reserves } from './lmdb-environment.js'
import { RecordError } from './record-format.js'
import { afterTenant, expiryKey, keyOfRecord, recordKey } from './record-key.js'

/** What is under a key just now: expired, perhaps, or damaged. */
export interface Current {
  /** The version that LMDB keeps beside the record, for the conditions of writes; undefined: nothing is there. */
  readonly condition: number | undefined
  readonly info: StoredInfo | undefined
  /** Instead of the info. */
  readonly damage: DamagedError | undefined
}

/** Ready to be written; what is not kept is undefined. */
export interface SealedRecords {
  readonly stored: StoredInfo
  readonly info: Buffer
  readonly learned: Buffer | undefined
  readonly examples: Buffer | undefined
}

export async function sealRecords(
  name: Buffer,
  stored: StoredInfo,
  { learned, examples }: NewAdaptation,
): Promise<SealedRecords> {
  const { version } = stored
  const { retention } = stored.asked
  return {
    stored,
    info: await sealInfo(name, stored),
    learned: retention === 'examples' ? undefined : await sealLearned(name, version, learned),
    examples: retention === 'weights' ? undefined : await sealExamples(name, version, examples),
  }
}

export class LmdbRecords {
  constructor(private readonly environment: LmdbEnvironment) {}

  /** Throws DamagedError only where LMDB itself cannot find its way. */
  current(name: Buffer): Current {
    const record = found(name, () => this.environment.infos.getBinaryFast(name))
    if (!record) return { condition: undefined, info: undefined, damage: undefined }
    const version = getLastVersion()
    const condition = Number.isSafeInteger(version) ? version : IF_EXISTS
    try {
      const info = openInfo(name, exact(record))
      if (info.version !== version) throw new RecordError(`it stands beside the version ${version}`)
      return { condition, info, damage: undefined }
    } catch (error) {
      return { condition, info: undefined, damage: damaged(name, error) }
    }
  }

  /** From disk into memory, by another thread. */
  async prefetchLearned(name: Buffer): Promise<void> {
    await this.environment.learned.prefetch([name])
  }

  /** Throws DamagedError. */
  learned(name: Buffer, { version }: StoredInfo): Learned {
    const record = found(name, () => this.environment.learned.getBinaryFast(name))
    try {
      return openLearned(name, version, exact(record))
    } catch (error) {
      throw damaged(name, error)
    }
  }

  /** Throws DamagedError. */
  async examples(name: Buffer, { version }: StoredInfo): Promise<Examples> {
    const record = found(name, () => this.environment.examples.getBinary(name))
    try {
      return await openExamples(name, version, exact(record))
    } catch (error) {
      throw damaged(name, error)
    }
  }

  /** One tenant's, in order, from the id `from` on. Throws DamagedError on the way. */
  *infos(tenant: string, from: string): Generator<StoredInfo> {
    const range = { start: recordKey({ tenant, id: from }), end: afterTenant(tenant) }
    let name = range.start
    try {
      for (const { key, value } of this.environment.infos.getRange(range)) {
        name = key
        yield openInfo(key, value)
      }
    } catch (error) {
      throw damaged(name, error)
    }
  }

  /** In one transaction, if `current` is still what is there; says whether. Throws StoreFullError. */
  replace(name: Buffer, current: Current, { stored, info, learned, examples }: SealedRecords): Promise<boolean> {
    const { environment } = this
    return environment.writeIf(name, current.condition, () => {
      environment.infos.put(name, info, stored.version)
      if (learned) environment.learned.put(name, learned)
      else environment.learned.remove(name)
      if (examples) environment.examples.put(name, examples)
      else environment.examples.remove(name)
      this.removeExpiry(name, current)
      if (stored.expiresAt !== undefined) environment.expiries.put(expiryKey(stored.expiresAt, name), Buffer.alloc(1))
    })
  }

  async restoreLearned(name: Buffer, current: Current, version: number, learned: Learned): Promise<void> {
    const record = await sealLearned(name, version, learned)
    await this.environment.writeIf(name, current.condition, () => {
      this.environment.learned.put(name, record)
    })
  }

  /** As replace does. */
  remove(name: Buffer, current: Current): Promise<boolean> {
    const { environment } = this
    return environment.writeIf(
      name,
      current.condition,
      () => {
        environment.infos.remove(name)
        environment.learned.remove(name)
        environment.examples.remove(name)
        this.removeExpiry(name, current)
      },
      reserves.deleting,
    )
  }

  /** Keys of expiries that are due, the oldest first. */
  due(now: number, limit: number): Buffer[] {
    return Array.from(this.environment.expiries.getKeys({ end: expiryKey(now, Buffer.from([0xff, 0xff])), limit }))
  }

  /** Of an expiry that no record speaks of any more. */
  async forget(name: Buffer, current: Current, expiry: Buffer): Promise<void> {
    await this.environment.writeIf(
      name,
      current.condition,
      () => {
        this.environment.expiries.remove(expiry)
      },
      reserves.deleting,
    )
  }

  private removeExpiry(name: Buffer, { info }: Current): void {
    if (info?.expiresAt !== undefined) this.environment.expiries.remove(expiryKey(info.expiresAt, name))
  }
}

/** LMDB refuses pages that cannot be right. */
function found(name: Buffer, get: () => Buffer | undefined): Buffer | undefined {
  try {
    return get()
  } catch (error) {
    throw damaged(name, error)
  }
}

/** The buffer that LMDB uses again and again is longer than what it has read. */
function exact(record: Buffer | undefined): Buffer {
  if (!record) throw new RecordError('it is missing')
  return record.subarray(0, record.length)
}

function damaged(name: Buffer, error: unknown): DamagedError {
  const { id } = keyOfRecord(name)
  const reason = error instanceof Error ? error.message : String(error)
  return new DamagedError(
    `The adaptation ${JSON.stringify(id)} is damaged on disk (${reason}): adapt it again, or restore DATA_DIR from a copy.`,
    { cause: error },
  )
}
