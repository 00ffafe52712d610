/** Finds and reads image files; every one goes through the decoder that serving uses. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { CodecError } from '../../codec/codec-error.js'
import { decodeImage, type ImageSpec } from '../../codec/decode-image.js'
import { at } from '../../program/program.js'
import { TrainingError } from '../training-error.js'
import type { ExampleClass } from './example-class.js'
import type { InputCache } from './input-cache.js'

const extensions = new Set(['.png', '.jpg', '.jpeg', '.webp', '.gif', '.tif', '.tiff', '.avif'])

/** Photographs of every camera; far below what would fill the memory. */
const mostPixels = 100e6

/** Folders within folders deeper than this are a link that leads back. */
const deepest = 32

/**
 * Every folder below `root`, of any depth, that directly holds image files, by its path relative to `root`; both it and its
 * files in order of their names. Files of other kinds and hidden ones are left out. Throws TrainingError.
 */
export async function findImageClasses(root: string, spec: ImageSpec, cache: InputCache): Promise<ExampleClass[]> {
  const classes: ExampleClass[] = []
  const visit = async (below: readonly string[]): Promise<void> => {
    const folder = join(root, ...below)
    if (below.length > deepest) throw new TrainingError(`${folder} lies too deep: does a link in it lead back?`)
    const { folders, files } = await list(folder)
    const images = files.filter(isImage).map((file) => join(folder, file))
    if (images.length > 0) classes.push(imageClass(below.join('/') || '.', images, spec, cache))
    for (const name of folders) await visit([...below, name])
  }
  await visit([])
  return classes
}

/** A class whose examples are images in files. */
export interface ImageClass extends ExampleClass {
  readonly files: readonly string[]
}

export function isImageClass(one: ExampleClass): one is ImageClass {
  return 'files' in one
}

/** A class of the files given, which are decoded when they are drawn. */
export function imageClass(name: string, files: readonly string[], spec: ImageSpec, cache: InputCache): ImageClass {
  return {
    name,
    files,
    count: files.length,
    read: (index) => {
      const file = at(files, index)
      return cache.read(file, () => readImage(file, spec))
    },
  }
}

async function readImage(file: string, spec: ImageSpec): Promise<Float32Array> {
  try {
    return await decodeImage(await readFile(file), spec, mostPixels)
  } catch (error) {
    if (!(error instanceof CodecError || isSystemError(error))) throw error
    throw new TrainingError(`${file} cannot be learned from, replace or remove it: ${error.message}`)
  }
}

function isImage(file: string): boolean {
  return extensions.has(extname(file).toLowerCase())
}

/** Visible ones, by name; links count as what they lead to. */
async function list(folder: string): Promise<{ folders: string[]; files: string[] }> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (!isSystemError(error)) throw error
    if (error.code === 'ENOTDIR')
      throw new TrainingError(`${folder} is no folder: name one that holds a folder of images for each class.`)
    throw new TrainingError(`The data folder ${folder} cannot be read (${error.code}): name a folder that can.`)
  })
  const folders: string[] = []
  const files: string[] = []
  // Archives made on a Mac hold `._01.png`, which is none.
  for (const entry of entries.filter(({ name }) => !name.startsWith('.'))) {
    const target = entry.isSymbolicLink() ? await stat(join(folder, entry.name)).catch(() => entry) : entry
    if (target.isDirectory()) folders.push(entry.name)
    else if (target.isFile()) files.push(entry.name)
  }
  return { folders: folders.sort(), files: files.sort() }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}
