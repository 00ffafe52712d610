/** Wheels that were downloaded before, each trusted by its hash alone. */
import { existsSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Pin } from './pins.js'
import { pipDownload } from './pip.js'
import { inScratch } from './scratch.js'
import { SetupError } from './setup-error.js'
import { sha256Of } from './sha256.js'
import { requireSpace } from './sizes.js'
import type { Surroundings } from './surroundings.js'

/** Where downloads are kept unless it is said: as the XDG base directory specification has it. */
export function cacheFolder({ XDG_CACHE_HOME }: NodeJS.ProcessEnv): string {
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'reptile-serve')
}

export class WheelCache {
  constructor(
    private readonly folder: string,
    private readonly around: Surroundings,
  ) {}

  /** The paths of all of them, in order; what is missing or damaged is downloaded. `findPython` is asked only then. */
  async fetch(pins: readonly Pin[], findPython: () => Promise<string>): Promise<string[]> {
    const missing: Pin[] = []
    for (const pin of pins) if (!(await this.has(pin))) missing.push(pin)
    if (missing.length > 0) {
      const python = await findPython()
      // pip writes a temporary file of its own first, one wheel at a time.
      const bytes = missing.map((pin) => pin.bytes)
      await requireSpace(this.folder, bytes.reduce((sum, one) => sum + one, 0) + Math.max(...bytes))
      for (const pin of missing) await this.download(python, pin)
    }
    return pins.map((pin) => this.path(pin))
  }

  private path(pin: Pin): string {
    return join(this.folder, pin.file)
  }

  private async has(pin: Pin): Promise<boolean> {
    const path = this.path(pin)
    if (!existsSync(path)) return false
    if ((await sha256Of(path, this.around.signal)) === pin.sha256) return true
    this.around.say(`${pin.file} is damaged in the cache and is downloaded again.`)
    rmSync(path)
    return false
  }

  private async download(python: string, pin: Pin): Promise<void> {
    await inScratch(this.folder, 'download', async (scratch) => {
      await pipDownload(python, pin, scratch, this.around)
      const fetched = join(scratch, pin.file)
      if (!existsSync(fetched) || (await sha256Of(fetched, this.around.signal)) !== pin.sha256)
        throw new SetupError(
          `What pip downloaded as ${pin.file} is another file than the pinned one: try again, or ask who keeps your package index.`,
        )
      renameSync(fetched, this.path(pin))
    })
  }
}
