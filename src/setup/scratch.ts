/** Folders for what is not finished yet. A process that was killed leaves its own behind, and the next one removes it. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Gone when `work` has ended, however it ends, unless it has moved it. */
export async function inScratch<T>(parent: string, name: string, work: (folder: string) => Promise<T>): Promise<T> {
  mkdirSync(parent, { recursive: true })
  for (const entry of readdirSync(parent)) {
    const owner = entry.startsWith(`${name}.partial-`) ? Number(entry.slice(`${name}.partial-`.length)) : undefined
    // One's own number is one that a dead process had before.
    if (owner !== undefined && (owner === process.pid || !isAlive(owner)))
      rmSync(join(parent, entry), { recursive: true, force: true })
  }
  const folder = join(parent, `${name}.partial-${process.pid}`)
  mkdirSync(folder)
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
