/** The databases of one data folder and their transactions: LMDB with all that has to be known about it. */
import { statfs } from 'node:fs/promises'
import { type Database, open, type RootDatabase } from 'lmdb'
import { StoreFullError } from './adaptation-store.js'
import { openError, prepareFolder, syncFolder } from './lmdb-folder.js'
import { StoreOpenError } from './store-open-error.js'

const binary = { encoding: 'binary', keyEncoding: 'binary' } as const

/**
 * Bytes that must be free before a write begins. LMDB itself must never meet a full disk: composing its message about it, it
 * writes past the end of its memory (3.5.6, mdb_page_flush), which ends the process sooner or later. Deleting needs less, so
 * that it still works where the store has filled the disk up to the other bound.
 */
export const reserves = { putting: 16 * 2 ** 20, deleting: 2 ** 20 } as const

function full(cause?: unknown): StoreFullError {
  return new StoreFullError('The disk is full: make room for DATA_DIR.', { cause })
}

export class LmdbEnvironment {
  /** LMDB keeps the adaptation's version beside each of these, for the conditions of writes. */
  readonly infos: Database<Buffer, Buffer>
  readonly learned: Database<Buffer, Buffer>
  readonly examples: Database<Buffer, Buffer>
  /** Keys of record-key.ts' expiries; the values say nothing. */
  readonly expiries: Database<Buffer, Buffer>
  private readonly ticks: Database<Buffer, Buffer>

  private constructor(
    private readonly folder: string,
    private readonly root: RootDatabase<Buffer, Buffer>,
  ) {
    this.infos = root.openDB('info', { ...binary, useVersions: true })
    this.learned = root.openDB('learned', { ...binary })
    this.examples = root.openDB('examples', { ...binary })
    this.expiries = root.openDB('expiry', { ...binary })
    this.ticks = root.openDB('tick', { ...binary })
  }

  /** Throws StoreOpenError. Takes the same time however much is stored. */
  static async open(folder: string): Promise<LmdbEnvironment> {
    prepareFolder(folder)
    let root: RootDatabase<Buffer, Buffer> | undefined
    try {
      // Without overlapping syncs a transaction is flushed to disk before it counts, and its promise resolves after that.
      // Batching by event turns is off because a failed commit then rejects a promise that nobody can catch.
      // Without `noSubdir: false` a folder with a dot in its name would be taken for a file.
      const safe = { overlappingSync: false, eventTurnBatching: false, noSubdir: false }
      root = open<Buffer, Buffer>(folder, { ...binary, ...safe, maxDbs: 8 })
      const environment = new LmdbEnvironment(folder, root)
      environment.requireAlone()
      syncFolder(folder)
      return environment
    } catch (error) {
      await root?.close()
      throw openError(folder, error)
    }
  }

  /**
   * Runs `write` as one transaction if the info under `key` has `version` (undefined: if there is none), and says whether.
   * Resolves when it is durable. `write` must not throw. Throws StoreFullError, also where less than `reserve` bytes are free.
   */
  async writeIf(
    key: Buffer,
    version: number | undefined,
    write: () => void,
    reserve: number = reserves.putting,
  ): Promise<boolean> {
    await this.requireRoom(reserve)
    const attempt = (): Promise<boolean> =>
      version === undefined ? this.infos.ifNoExists(key, write) : this.infos.ifVersion(key, version, write)
    try {
      return await this.committed(attempt)
    } catch (error) {
      if (!(error instanceof StoreFullError)) throw error
      // What the last transaction has freed can be used by the next but one only: a small one in between.
      await this.committed(() => this.ticks.put(Buffer.from('tick'), Buffer.alloc(1)))
      return this.committed(attempt)
    }
  }

  async close(): Promise<void> {
    await this.root.close()
  }

  private async committed(attempt: () => Promise<boolean>): Promise<boolean> {
    try {
      return await attempt()
    } catch (error) {
      const cause = await commitErrorOf(error)
      if (await this.isFull(cause)) {
        throw full(cause)
      }
      const message = cause instanceof Error ? cause.message : String(cause)
      throw new Error(`DATA_DIR=${this.folder} cannot be written (${message}): check its disk.`, { cause })
    }
  }

  private async requireRoom(bytes: number): Promise<void> {
    if ((await this.freeBytes()) < bytes) throw full()
  }

  /** A write that the disk took in part is an input/output error to LMDB; the free space tells what it was. */
  private async isFull(cause: unknown): Promise<boolean> {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 28 || code === 122 || code === 27 || code === -30792) return true
    if (code !== 5) return false
    return (await this.freeBytes()) < 64 * 2 ** 20
  }

  private async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.folder)
    return bavail * bsize
  }

  /**
   * One process a folder: another's hot tier would not see what this one writes. Each process that has read the database
   * holds a place in LMDB's table of readers until it ends, however it ends (the kernel's file locks see to that, across
   * containers, too). This one takes its place first, so that of two that start at once at least one sees the other.
   */
  private requireAlone(): void {
    const inUse = `DATA_DIR=${this.folder} is in use by another process: stop it, or name another folder.`
    try {
      this.infos.getBinary(Buffer.from([0]))
    } catch (cause) {
      // Places go by process id: one in another container may have the same, and then there is no place for this one.
      throw new StoreOpenError(inUse, { cause })
    }
    const readers = this.root.readerList().split('\n')
    if (readers.filter((line) => /^\s*\d/.test(line)).length > 1) throw new StoreOpenError(inUse)
  }
}

/** LMDB's own error, which comes after the promise's. */
async function commitErrorOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error && 'commitError' in error)) return error
  try {
    await error.commitError
    return error
  } catch (cause) {
    return cause
  }
}
