/** Files that are whole at every moment: a reader, or a process that was killed meanwhile, finds the old content or the new. */
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** On the disk when it resolves. Throws the system's error; then the old content stays. */
export async function replaceFile(file: string, content: Uint8Array | string): Promise<void> {
  const fresh = `${file}.new`
  try {
    await writeThrough(fresh, content)
    await rename(fresh, file)
    await syncFolder(dirname(file))
  } catch (error) {
    await rm(fresh, { force: true }).catch(() => undefined)
    throw error
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
