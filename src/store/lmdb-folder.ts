/** Looks a data folder over before LMDB maps its file into memory, where a file cut short would end the process. */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { StoreOpenError } from './store-open-error.js'

/** Makes the folder where there is none. Throws StoreOpenError. */
export function prepareFolder(folder: string): void {
  try {
    makeFolder(resolve(folder))
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    reserveLockFile(join(folder, 'lock.mdb'))
    checkDataFile(folder, join(folder, 'data.mdb'))
  } catch (error) {
    throw openError(folder, error)
  }
}

/**
 * With its parents. Node's own way of doing that goes round for ever where a folder that is there says it is not, as /proc does.
 */
function makeFolder(path: string): void {
  if (isFolder(path)) return
  if (dirname(path) !== path) makeFolder(dirname(path))
  try {
    mkdirSync(path)
  } catch (error) {
    // Another process may have been faster.
    if (!isFolder(path)) throw error
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

/** What to do about whatever went wrong with the folder. */
export function openError(folder: string, error: unknown): StoreOpenError {
  if (error instanceof StoreOpenError) return error
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const message = error instanceof Error ? error.message : String(error)
  return new StoreOpenError(`DATA_DIR=${folder} ${reason(code, message)}`, { cause: error })
}

function reason(code: unknown, message: string): string {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 13:
      return 'may not be read and written by this user: change its owner, or name another folder.'
    case 'EROFS':
    case 30:
      return 'is on a read-only file system: mount a volume that can be written, or name another folder.'
    case 'ENOTDIR':
    case 'EEXIST':
      return 'is not a folder: name one.'
    case 'ENOENT':
      return `cannot be made (${message}): name another folder.`
    case 'ENOSPC':
    case 'EDQUOT':
    case 28:
      return 'is on a full disk: make room.'
    case -30793:
      return 'holds a data.mdb that is no database of this server: name another folder, or restore it from a copy.'
    case -30794:
      return 'is used or was written by another version of the database: stop the other process, or name another folder.'
    case -30796:
    case -30797:
      return 'holds a damaged database: restore the folder from a copy, or name an empty one.'
    default:
      return `cannot be opened (${message}): name another folder, or restore it from a copy.`
  }
}

/**
 * LMDB maps the lock file, too: written here, so that a full disk is found as an error and not while the map is used. Only a
 * new file is touched, since closing one that is in use would drop the locks this process holds on it.
 */
function reserveLockFile(path: string): void {
  if (existsSync(path)) return
  try {
    writeFileSync(path, Buffer.alloc(16384), { flag: 'wx' })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return
    rmSync(path, { force: true })
    throw error
  }
}

/** A new file is durable only when the folder that names it is. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const opened = openSync(folder, 'r')
  try {
    fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
}

/** Where the fields of LMDB's meta page are (data format 2, a 64-bit machine), in bytes. */
const metaFields = { magic: 24, format: 28, pageSize: 48, lastPage: 144, transaction: 152, end: 160 }

/** The last pages may lack where all in them is free; LMDB then leaves out a few of its own pages, never a record's. */
const lackingPages = 64

function checkDataFile(folder: string, path: string): void {
  let file: number
  try {
    file = openSync(path, 'r+')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return
    throw error
  }
  try {
    const { size } = fstatSync(file)
    if (size === 0) return
    const first = readMeta(file, 0)
    if (!first) {
      throw new StoreOpenError(
        `DATA_DIR=${folder} holds a data.mdb that is no database of this server: name another folder, or restore it from a copy.`,
      )
    }
    const second = readMeta(file, first.pageSize)
    const newest = second && second.transaction > first.transaction ? second : first
    const needed = (newest.lastPage + 1) * first.pageSize
    if (size >= needed) return
    if (needed - size > lackingPages * first.pageSize) {
      throw new StoreOpenError(
        `DATA_DIR=${folder} holds a data.mdb that was cut short (${size} of ${needed} bytes): restore it from a copy.`,
      )
    }
    // A page of zeros is one that LMDB refuses in an orderly way, should it be needed after all.
    ftruncateSync(file, needed)
  } finally {
    closeSync(file)
  }
}

interface Meta {
  readonly pageSize: number
  readonly lastPage: number
  readonly transaction: number
}

function readMeta(file: number, at: number): Meta | undefined {
  const page = Buffer.alloc(metaFields.end)
  if (readSync(file, page, 0, page.length, at) < page.length) return undefined
  if (page.readUInt32LE(metaFields.magic) !== 0xbeefc0de) return undefined
  const pageSize = page.readUInt32LE(metaFields.pageSize)
  if (pageSize < 256 || pageSize > 65536) return undefined
  return {
    pageSize,
    lastPage: Number(page.readBigUInt64LE(metaFields.lastPage)),
    transaction: Number(page.readBigUInt64LE(metaFields.transaction)),
  }
}
