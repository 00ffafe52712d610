/** mini-ImageNet in its two usual forms: folders train, val and test, or tables of that name beside a folder of images. */
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { ImageSpec } from '../../codec/decode-image.js'
import type { DataSettings } from '../settings.js'
import { TrainingError } from '../training-error.js'
import { classDataSet } from './class-data-set.js'
import { ClassSource } from './class-source.js'
import type { DataSet } from './data-set.js'
import { countsOf, type ExampleClass } from './example-class.js'
import { findImageClasses, imageClass } from './image-files.js'
import { InputCache } from './input-cache.js'
import { columnIndex, readTable, textAt } from './table.js'

const spec: ImageSpec = { kind: 'image', height: 84, width: 84, channels: 3, polarity: 'asis' }

type Part = 'train' | 'val' | 'test'

/** Its own split into classes (64, 16 and 20 in Ravi and Larochelle's), whatever the seed. Throws TrainingError. */
export async function openMiniImageNet({
  path,
  augmentation,
}: Extract<DataSettings, { kind: 'mini-imagenet' }>): Promise<DataSet> {
  const cache = new InputCache()
  const [training, validation, test] = [
    await readPart(path, 'train', cache),
    await readPart(path, 'val', cache),
    await readPart(path, 'test', cache),
  ]
  if (!training || !validation) {
    throw new TrainingError(
      `${path} is no mini-ImageNet: there must be folders train and val with a folder of images a class, or train.csv and ` +
        'val.csv beside a folder images.',
    )
  }
  const data = classDataSet(spec, { training, validation }, augmentation, 'images')
  if (!test) return data
  const summary = `${data.summary}; ${test.length} classes with ${countsOf(test)} images each for the test`
  return { ...data, test: new ClassSource(test), summary }
}

/** Undefined where there is no such part. */
async function readPart(path: string, part: Part, cache: InputCache): Promise<readonly ExampleClass[] | undefined> {
  const table = join(path, `${part}.csv`)
  if (await exists(table)) return readSplit(table, join(path, 'images'), cache)
  const folder = join(path, part)
  return (await exists(folder)) ? findImageClasses(folder, spec, cache) : undefined
}

/** Columns `filename` and `label`. */
async function readSplit(file: string, images: string, cache: InputCache): Promise<ExampleClass[]> {
  const table = await readTable(file)
  const [filename, label] = [columnIndex(table, 'filename'), columnIndex(table, 'label')]
  const filesOf = new Map<string, string[]>()
  for (const row of table.rows) {
    const name = textAt(table, row, label)
    const files = filesOf.get(name) ?? []
    filesOf.set(name, files)
    files.push(join(images, textAt(table, row, filename)))
  }
  return [...filesOf].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, files]) => imageClass(name, files, spec, cache))
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
