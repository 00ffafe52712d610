/** Data on disk, in a temporary folder that goes with the test. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { encode } from 'fast-png'
import { onTestFinished } from 'vitest'

export class Folder {
  private constructor(readonly path: string) {}

  static async make(): Promise<Folder> {
    const path = await mkdtemp(join(tmpdir(), 'reptile-data-'))
    onTestFinished(() => rm(path, { recursive: true, force: true }))
    return new Folder(path)
  }

  /** The whole path of the file. */
  async write(file: string, content: string | Uint8Array): Promise<string> {
    const path = join(this.path, file)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content)
    return path
  }

  /** A grey image of 4x4 pixels with one level everywhere: told by it when read as it is. */
  async writeGrey(file: string, level: number): Promise<string> {
    return this.write(file, grey(level))
  }
}

export function grey(level: number): Uint8Array {
  return encode({ width: 4, height: 4, channels: 1, depth: 8, data: new Uint8Array(16).fill(level) })
}
