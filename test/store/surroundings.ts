/** The clocks, folders, disks and processes of stores under test. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** A wall clock and a monotonic one that stand still until they are set. */
export class TestClocks {
  now = 10_000
  readonly wall = (): number => this.now
  readonly monotonic = (): number => this.now
}

/** Removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'reptile-store-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function putting(folder: string, firstMark: number): ChildProcess {
  const script = fileURLToPath(new URL('putting-process.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script, folder, `${firstMark}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

export function smallDisk(size: string): string | undefined {
  const folder = temporaryFolder()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  onTestFinished(() => void execFileSync('umount', ['-l', folder]))
  return folder
}

/** Makes room on a small disk. */
export function enlarge(folder: string, size: string): void {
  execFileSync('mount', ['-o', `remount,size=${size}`, folder], { stdio: 'ignore' })
}
