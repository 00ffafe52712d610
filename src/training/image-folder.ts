/** Reads a folder of images, one folder a class, through the very decoder that serving uses. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeImage, type ImageSpec } from '../codec/decode-image.js'
import { below, type Random, shuffled } from '../learner/random.js'
import { at } from '../program/program.js'
import { TrainingError } from './training-error.js'

/** The images of one class, as inputs of the model. */
export type ImageClass = readonly Float32Array[]

const MOST_PIXELS = 16e6

export async function readImageFolder(directory: string, spec: ImageSpec): Promise<ImageClass[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => {
    throw new TrainingError(
      `The data folder ${directory} cannot be read: name a folder that holds one folder of images a class.`,
    )
  })
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  const classes: ImageClass[] = []
  for (const folder of folders.sort()) {
    const files = (await readdir(join(directory, folder))).sort()
    classes.push(await Promise.all(files.map((file) => readImage(join(directory, folder, file), spec))))
  }
  if (classes.length < 2)
    throw new TrainingError(
      `The data folder ${directory} holds ${classes.length} classes: at least 2 folders of images are needed.`,
    )
  return classes
}

async function readImage(file: string, spec: ImageSpec): Promise<Float32Array> {
  return decodeImage(await readFile(file), spec, MOST_PIXELS).catch((error: Error) => {
    throw new TrainingError(`${file} cannot be learned from: ${error.message}`)
  })
}

/** Splits off `count` classes, drawn at random, that training never sees: for choosing settings. */
export function holdOut(
  random: Random,
  classes: readonly ImageClass[],
  count: number,
): { training: ImageClass[]; heldOut: ImageClass[] } {
  const order = shuffled(random, classes)
  return { training: order.slice(count), heldOut: order.slice(0, count) }
}

/** Each class, and as further classes its images turned by 90, 180 and 270 degrees (as in the paper). */
export function withRotations(classes: readonly ImageClass[], { height, width, channels }: ImageSpec): ImageClass[] {
  if (height !== width) throw new TrainingError(`Only square images can be rotated, not ${height} x ${width}.`)
  const turn = (image: Float32Array): Float32Array => {
    const turned = new Float32Array(image.length)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (let c = 0; c < channels; c++)
          turned[(x * width + (width - 1 - y)) * channels + c] = at(image, (y * width + x) * channels + c)
    return turned
  }
  return classes.flatMap((images) => {
    const turned = [images]
    for (let quarter = 1; quarter < 4; quarter++) turned.push(at(turned, quarter - 1).map(turn))
    return turned
  })
}

/** `count` different items. */
export function sample<T>(random: Random, items: readonly T[], count: number): T[] {
  if (items.length < count) throw new TrainingError(`${count} are asked for where there are only ${items.length}`)
  const indices = new Set<number>()
  while (indices.size < count) indices.add(below(random, items.length))
  return [...indices].map((index) => at(items, index))
}
