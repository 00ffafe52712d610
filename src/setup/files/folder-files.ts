/** The files of a TensorFlow that is installed or unpacked already. They are copied: links would not survive a move into an image. */
import { constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { SetupError } from '../setup-error.js'
import type { SourceFile, SourceFiles } from './source-files.js'

const library = 'libtensorflow_cc.so.2'

export class FolderFiles implements SourceFiles {
  private constructor(
    readonly title: string,
    /** Where the folder `tensorflow` and, for GPUs, the folder `nvidia` lie. */
    private readonly site: string,
    /** The folder with the libraries, whatever it is called. */
    private readonly tensorflow: string,
  ) {}

  /** `folder`: one with the libraries and include/, or the site-packages around it. */
  static open(folder: string): FolderFiles {
    const path = resolve(folder)
    if (existsSync(join(path, library))) return new FolderFiles(folder, resolve(path, '..'), path)
    if (existsSync(join(path, 'tensorflow', library))) return new FolderFiles(folder, path, join(path, 'tensorflow'))
    throw new SetupError(
      `There is no ${library} in ${folder}: --from takes site-packages/tensorflow of a Python that has TensorFlow 2, or an unpacked wheel.`,
    )
  }

  async list(): Promise<readonly SourceFile[]> {
    const described = readdirSync(this.site).filter((name) => /^(tensorflow|nvidia).*\.dist-info$/.test(name))
    // Not all of `tensorflow`: its Python code is some ten thousand files that nobody here looks at.
    const names = [
      ...filesIn(this.tensorflow).map((name) => `tensorflow/${name}`),
      ...['tensorflow/include', 'nvidia', ...described].flatMap((top) =>
        filesBelow(this.path(top)).map((name) => `${top}/${name}`),
      ),
    ]
    return names.map((name) => ({ name, bytes: statSync(this.path(name)).size }))
  }

  async copy({ name }: SourceFile, path: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    await copyFile(this.path(name), path, constants.COPYFILE_FICLONE)
  }

  async text({ name }: SourceFile): Promise<string> {
    return readFileSync(this.path(name), 'utf8')
  }

  close(): void {}

  /** What tells this installation from another one without reading 0.85 GB. */
  identity(): string {
    const { size, mtimeMs } = statSync(join(this.tensorflow, library))
    return `${this.tensorflow}, ${library} of ${size} bytes from ${new Date(mtimeMs).toISOString()}`
  }

  private path(name: string): string {
    const [top = '', ...rest] = name.split('/')
    return top === 'tensorflow' ? join(this.tensorflow, ...rest) : join(this.site, name)
  }
}

/** Links are followed where they lead to files. */
function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).filter((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile())
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return []
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return [
    ...filesIn(folder),
    ...folders.flatMap(({ name }) => filesBelow(join(folder, name)).map((below) => `${name}/${below}`)),
  ]
}
