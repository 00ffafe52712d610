/** What processes use, children included; from /proc, so on Linux alone. */
import { readdir, readFile } from 'node:fs/promises'

/** Of the kernel's clock, in which /proc counts; 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

/** Seconds of all threads, in user and kernel mode, since the processes began. */
export async function cpuSeconds(pids: readonly number[]): Promise<number> {
  const all = await processes()
  const ticks = family(all, pids).map((pid) => all.get(pid)?.ticks ?? 0)
  return ticks.reduce((sum, one) => sum + one, 0) / TICKS_PER_SECOND
}

/** Resident bytes; pages that several processes share count once, in parts. */
export function residentBytes(pids: readonly number[]): Promise<number> {
  return memory(pids, 'Pss')
}

/** Resident bytes that lie in no file: without code, and without what is read through mapped databases. */
export function anonymousBytes(pids: readonly number[]): Promise<number> {
  return memory(pids, 'Pss_Anon')
}

/** Waits until the processes do next to nothing, as long as `seconds`: what a load has left behind is then done. */
export async function settle(pids: readonly number[], seconds = 20): Promise<void> {
  let before = await cpuSeconds(pids)
  for (let turn = 0; turn < seconds * 5; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 200))
    const now = await cpuSeconds(pids)
    if (now - before <= 0.02) return
    before = now
  }
}

async function memory(pids: readonly number[], kind: 'Pss' | 'Pss_Anon'): Promise<number> {
  const sizes = family(await processes(), pids).map(async (pid) => {
    const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '')
    return 1024 * Number(new RegExp(`^${kind}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0)
  })
  return (await Promise.all(sizes)).reduce((sum, one) => sum + one, 0)
}

interface Process {
  readonly parent: number
  readonly ticks: number
}

async function processes(): Promise<Map<number, Process>> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const entries = pids.map(async (pid): Promise<[number, Process]> => {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    // The second field is the name, in parentheses, and may hold anything; behind it come state, parent, ...
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return [Number(pid), { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }]
  })
  return new Map(await Promise.all(entries))
}

function family(all: ReadonlyMap<number, Process>, roots: readonly number[]): number[] {
  const found = [...roots]
  for (let i = 0; i < found.length; i++) {
    for (const [pid, { parent }] of all) if (parent === found[i] && !found.includes(pid)) found.push(pid)
  }
  return found
}
