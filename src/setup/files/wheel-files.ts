/** The files in a wheel, which is a zip file. */
import { createWriteStream } from 'node:fs'
import { basename } from 'node:path'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { type Entry, openPromise, type ZipFile } from 'yauzl'
import { SetupError } from '../setup-error.js'
import type { SourceFile, SourceFiles } from './source-files.js'

export class WheelFiles implements SourceFiles {
  readonly title: string

  private constructor(
    path: string,
    private readonly zip: ZipFile,
    private readonly entries: ReadonlyMap<string, Entry>,
  ) {
    this.title = basename(path)
  }

  static async open(path: string): Promise<WheelFiles> {
    // Names that lead out of the folder (`../x`, `/x`) are refused by yauzl.
    const entries = new Map<string, Entry>()
    let zip: ZipFile | undefined
    try {
      zip = await openPromise(path, { autoClose: false })
      for await (const entry of zip.eachEntry()) if (!entry.fileName.endsWith('/')) entries.set(entry.fileName, entry)
      return new WheelFiles(path, zip, entries)
    } catch (error) {
      zip?.close()
      const reason = error instanceof Error ? error.message : String(error)
      throw new SetupError(`${path} cannot be read as a wheel, which is a zip file (${reason}): fetch it again.`)
    }
  }

  async list(): Promise<readonly SourceFile[]> {
    return [...this.entries].map(([name, { uncompressedSize }]) => ({ name, bytes: uncompressedSize }))
  }

  async copy(file: SourceFile, path: string, signal: AbortSignal): Promise<void> {
    const entry = this.entry(file)
    const isProgram = ((entry.externalFileAttributes >>> 16) & 0o111) !== 0
    const stream = await this.zip.openReadStreamPromise(entry)
    await pipeline(stream, createWriteStream(path, { mode: isProgram ? 0o755 : 0o644 }), { signal })
  }

  async text(file: SourceFile): Promise<string> {
    return text(await this.zip.openReadStreamPromise(this.entry(file)))
  }

  close(): void {
    this.zip.close()
  }

  private entry({ name }: SourceFile): Entry {
    const entry = this.entries.get(name)
    if (!entry) throw new Error(`${name} is not in ${this.title}.`)
    return entry
  }
}
