/** A run folder belongs to one living process: a file in it names that process. */
import { randomUUID } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { TrainingError } from '../training-error.js'
import { writeFault } from './atomic-file.js'

interface Owner {
  readonly pid: number
  readonly host: string
  /** When the process started, where the system tells: numbers of processes are given again. */
  readonly started: string | undefined
  /** Of this lock and no other. */
  readonly id: string
}

/** Takes the lock and gives what frees it. Throws TrainingError where a living process has it; that of a dead one is taken over. */
export async function lockFolder(file: string): Promise<() => Promise<void>> {
  const { pid } = process
  const own: Owner = { pid, host: hostname(), started: await startOf(pid), id: randomUUID() }
  for (;;) {
    const made = await writeFile(file, JSON.stringify(own), { flag: 'wx' }).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return false
        throw writeFault(error, file)
      },
    )
    if (made) return () => rm(file, { force: true })
    const other = await ownerOf(file)
    if (other && (await isAlive(other))) throw inUse(file, other)
    await takeAway(file, other)
  }
}

/** The living process that works in the folder, if there is one. */
export async function livingOwner(file: string): Promise<number | undefined> {
  const owner = await ownerOf(file)
  return owner && (await isAlive(owner)) ? owner.pid : undefined
}

/** Two may find the same dead owner at once: what the slower one then takes away is the other's lock, and goes back. */
async function takeAway(file: string, dead: Owner | undefined): Promise<void> {
  const aside = `${file}.${randomUUID()}`
  await rename(file, aside).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw writeFault(error, file)
  })
  const taken = await ownerOf(aside)
  if (taken && taken.id !== dead?.id) {
    await rename(aside, file)
    throw inUse(file, taken)
  }
  await rm(aside, { force: true })
}

function inUse(file: string, { pid, host }: Owner): TrainingError {
  return new TrainingError(
    `${dirname(file)} is in use by process ${pid} on ${host}: wait for it or stop it (if it is gone for sure, delete ${file}).`,
  )
}

async function ownerOf(file: string): Promise<Owner | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '')
  try {
    return JSON.parse(text) as Owner
  } catch {
    // Cut off: its writer was killed while it wrote.
    return undefined
  }
}

async function isAlive({ pid, host, started }: Owner): Promise<boolean> {
  // Of another machine that shares the disk nothing can be known.
  if (host !== hostname()) return true
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return started === undefined || started === (await startOf(pid))
}

/** Clock ticks since the machine started (proc(5): the 22nd field of stat, the 20th behind the name in parentheses). */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}
