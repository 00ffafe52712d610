/** A disk that can be filled: a file system in memory, which only root may mount. */
import { spawnSync } from 'node:child_process'
import { closeSync, ftruncateSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const mebibytes = 96

export class SmallDisk {
  private constructor(readonly folder: string) {}

  /** Why there is none, as a sentence, where it cannot be mounted; an ordinary folder then takes its place. */
  static mount(folder: string): SmallDisk | string {
    mkdirSync(folder, { recursive: true })
    if (process.getuid?.() !== 0) return 'Only root can mount a disk that is small enough to be filled.'
    const { status, stderr, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder])
    if (status !== 0) return `A small disk cannot be mounted here: ${error?.message ?? stderr.toString().trim()}.`
    return new SmallDisk(folder)
  }

  unmount(): void {
    spawnSync('umount', ['-l', this.folder])
  }

  /** Until only about so many bytes are left. */
  fill(spare: number): void {
    const file = openSync(this.filler, 'w')
    let size = 0
    try {
      for (const piece of [Buffer.alloc(2 ** 20), Buffer.alloc(4096)]) {
        for (;;) size += writeSync(file, piece)
      }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
    } finally {
      ftruncateSync(file, Math.max(0, size - spare))
      closeSync(file)
    }
  }

  free(): void {
    rmSync(this.filler, { force: true })
  }

  private get filler(): string {
    return join(this.folder, 'filler')
  }
}
