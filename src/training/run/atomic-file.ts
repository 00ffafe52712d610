/** Files that are whole at every moment: a reader, or a process that was killed meanwhile, finds the old content or the new. */
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { TrainingError } from '../training-error.js'

/** Throws TrainingError where the disk does not take it; the old content stays. */
export async function replaceFile(file: string, content: Uint8Array | string): Promise<void> {
  const fresh = `${file}.new`
  try {
    await writeThrough(fresh, content)
    await rename(fresh, file)
    await syncFolder(dirname(file))
  } catch (error) {
    await rm(fresh, { force: true }).catch(() => undefined)
    throw writeFault(error, file)
  }
}

async function writeThrough(file: string, content: Uint8Array | string): Promise<void> {
  const handle = await open(file, 'w')
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The new name itself is on the disk only then. Some systems cannot sync a folder: there it is left to them. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined)
  await handle?.sync().catch(() => undefined)
  await handle?.close()
}

/** Why a file could not be written, in a sentence; what is no fault of the file system is given back as it is. */
export function writeFault(error: unknown, file: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  if (error instanceof TrainingError || code === undefined) return error
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new TrainingError(`${file} could not be written, for the disk is full: make room on it and go on.`)
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new TrainingError(`${file} may not be written (${code}): change its rights or name another folder.`)
  return new TrainingError(`${file} could not be written (${code}): name another folder or mend this one.`)
}
