/** mini-ImageNet in both of its usual forms. */
import { encode } from 'fast-png'
import { describe, expect, test } from 'vitest'
import { seeded } from '../../../src/learner/random.js'
import { openData } from '../../../src/training/data/open-data.js'
import { dataSchema } from '../../../src/training/settings.js'
import { TrainingError } from '../../../src/training/training-error.js'
import { Folder } from './folder.js'

const photo = (level: number) =>
  encode({ width: 84, height: 84, channels: 3, depth: 8, data: new Uint8Array(84 * 84 * 3).fill(level) })

const open = (path: string, more: object = {}) =>
  openData(dataSchema.parse({ kind: 'mini-imagenet', path, ...more }), 1)

const parts = { train: ['n01', 'n02', 'n03'], val: ['n04', 'n05'], test: ['n06', 'n07'] }

async function asFolders(): Promise<Folder> {
  const folder = await Folder.make()
  for (const [part, classes] of Object.entries(parts))
    for (const [c, name] of classes.entries())
      for (const i of [0, 1]) await folder.write(`${part}/${name}/${name}${i}.png`, photo(10 * c + i))
  return folder
}

async function asTables(): Promise<Folder> {
  const folder = await Folder.make()
  for (const [part, classes] of Object.entries(parts)) {
    const rows: string[] = []
    for (const [c, name] of classes.entries())
      for (const i of [0, 1]) {
        rows.push(`${name}${i}.png,${name}`)
        await folder.write(`images/${name}${i}.png`, photo(10 * c + i))
      }
    await folder.write(`${part}.csv`, `filename,label\n${rows.join('\n')}\n`)
  }
  return folder
}

describe('mini-ImageNet', () => {
  test('is the same as folders and as tables, in its own split', async () => {
    const [folders, tables] = [await open((await asFolders()).path), await open((await asTables()).path)]
    for (const data of [folders, tables]) {
      expect(data.input).toEqual({ kind: 'image', height: 84, width: 84, channels: 3, polarity: 'asis' })
      expect([data.training.classes, data.validation.classes, data.test?.classes]).toEqual([3, 2, 2])
      expect(data.summary).toBe(
        '5 classes with 2 images each, 2 of them held out; 2 classes with 2 images each for the test',
      )
    }
    const episode = { ways: 2, shots: 1, queries: 1 }
    const task = await folders.training.draw(seeded(1), episode)
    expect(task).toEqual(await tables.training.draw(seeded(1), episode))
    expect(task.support.inputs.map((input) => input.length)).toEqual([21168, 21168])
    expect((await folders.validation.draw(seeded(1), episode)).names?.toSorted()).toEqual(['n04', 'n05'])
  })

  test('may come without test classes, and turned for training', async () => {
    const folder = await Folder.make()
    for (const part of ['train/a', 'train/b', 'val/c', 'val/d']) await folder.write(`${part}/1.png`, photo(1))
    const data = await open(folder.path, { augmentation: { rotations: true } })
    expect([data.training.classes, data.validation.classes, data.test]).toEqual([8, 2, undefined])
  })

  test('is refused where it is none, or an image is missing', async () => {
    const none = await Folder.make()
    await expect(open(none.path)).rejects.toThrow(/is no mini-ImageNet: there must be folders train and val/)
    await none.write('train.csv', 'filename,label\na.png,a\nb.png,b\n')
    await none.write('val.csv', 'filename,label\na.png,a\nb.png,b\n')
    const drawn = (await open(none.path)).training.draw(seeded(1), { ways: 2, shots: 1, queries: 0 })
    await expect(drawn).rejects.toThrow(/images\/[ab]\.png cannot be learned from/)
    await expect(drawn).rejects.toThrow(TrainingError)
  })
})
