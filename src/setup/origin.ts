/** From where TensorFlow is to come, as the options say it: the pinned wheels, a wheel of one's own, or a folder. */
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { FolderFiles } from './files/folder-files.js'
import type { SourceFiles } from './files/source-files.js'
import { WheelFiles } from './files/wheel-files.js'
import { allPins, type Pin, type Processor, pinned, tensorflowVersion, type Variant } from './pins.js'
import { findPython } from './pip.js'
import { checkCudaPins } from './requirements.js'
import { SetupError } from './setup-error.js'
import { sha256Of } from './sha256.js'
import type { Origin } from './stamp.js'
import type { Surroundings } from './surroundings.js'
import type { WheelCache } from './wheel-cache.js'
import { isFor, wheelName } from './wheel-name.js'

export interface Source {
  readonly origin: Origin
  /** Opens everything, downloading where needed. */
  open(): Promise<{ readonly tensorflow: SourceFiles; readonly cuda: readonly SourceFiles[] }>
}

export interface Asked {
  readonly variant: Variant
  readonly from?: string
  readonly wheel?: string
}

/** Looks at names and hashes only. */
export async function findSource(
  asked: Asked,
  processor: Processor,
  cache: WheelCache,
  around: Surroundings,
): Promise<Source> {
  if (asked.from !== undefined) return fromFolder(asked.from, asked.variant)
  const pins = pinned(processor, asked.variant)
  if (!pins)
    throw new SetupError(
      `TensorFlow is published with CUDA for x64 processors only, and this is ${processor}: take --cpu, or --from with a build of your own.`,
    )
  const own = asked.wheel === undefined ? undefined : await givenWheel(asked.wheel, asked.variant, processor, around)
  const wheels = [own ?? pins.tensorflow, ...pins.cuda]
  return {
    origin: { wheels: wheels.map(({ file, sha256 }) => ({ file, sha256 })) },
    async open() {
      const python = () => findPython(around)
      const path = own?.path ?? (await cache.fetch([pins.tensorflow], python))[0]
      if (path === undefined) throw new Error('No wheel was fetched.')
      const tensorflow = await WheelFiles.open(path)
      try {
        // Before gigabytes of libraries are fetched for a wheel that does not accept them.
        if (pins.cuda.length > 0) await checkCudaPins(tensorflow, pins.cuda)
        return { tensorflow, cuda: await openAll(await cache.fetch(pins.cuda, python)) }
      } catch (error) {
        tensorflow.close()
        throw error
      }
    },
  }
}

function fromFolder(folder: string, variant: Variant): Source {
  const files = FolderFiles.open(folder)
  return {
    origin: { folder: files.identity() },
    open: async () => ({ tensorflow: files, cuda: variant === 'cuda' ? [files] : [] }),
  }
}

/** A file with a pinned name must be the pinned one. Another wheel was named on purpose. */
async function givenWheel(
  path: string,
  variant: Variant,
  processor: Processor,
  around: Surroundings,
): Promise<Pick<Pin, 'file' | 'sha256'> & { readonly path: string }> {
  const file = basename(path)
  const name = wheelName(file)
  if (!existsSync(path)) throw new SetupError(`There is no file ${path}.`)
  if (!name || !['tensorflow', 'tensorflow-cpu'].includes(name.project))
    throw new SetupError(`${file} is, by its name, no wheel of tensorflow or tensorflow-cpu (NAME-VERSION-...whl).`)
  if (!isFor(processor, name))
    throw new SetupError(`${file} is, by its name, not for Linux on this processor (${processor}).`)
  if (variant === 'cuda' && name.project === 'tensorflow-cpu')
    throw new SetupError(`${file} has no GPU support: --cuda needs a wheel of tensorflow.`)
  const sha256 = await sha256Of(path, around.signal)
  const pin = allPins.find((one) => one.file === file)
  if (pin && pin.sha256 !== sha256)
    throw new SetupError(
      `${path} is damaged, or not the file it is named after (its SHA-256 is another): fetch it again.`,
    )
  if (!pin)
    around.say(
      `Warning: ${file} is not pinned here, so nothing vouches for what is in it; ${tensorflowVersion} is what is tested.`,
    )
  return { file, sha256, path }
}

async function openAll(paths: readonly string[]): Promise<WheelFiles[]> {
  const opened: WheelFiles[] = []
  try {
    for (const path of paths) opened.push(await WheelFiles.open(path))
    return opened
  } catch (error) {
    for (const files of opened) files.close()
    throw error
  }
}
