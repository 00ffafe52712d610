/** Images that are looked through beside the training. */
import { describe, expect, test } from 'vitest'
import type { ClassSource } from '../../../src/training/data/class-source.js'
import { openData } from '../../../src/training/data/open-data.js'
import { SineSource } from '../../../src/training/data/sine.js'
import { ImageCheck } from '../../../src/training/run/image-check.js'
import { dataSchema } from '../../../src/training/settings.js'
import { TrainingError } from '../../../src/training/training-error.js'
import { Folder, grey } from '../data/folder.js'

const image = { height: 4, width: 4 }
const augmentation = { rotations: true }

async function opened(folder: Folder) {
  const settings = { kind: 'images', path: folder.path, image, augmentation, split: { validation: 1 } }
  return openData(dataSchema.parse(settings), 1)
}

async function withImages(): Promise<Folder> {
  const folder = await Folder.make()
  for (const name of ['a', 'b', 'c']) for (const i of [1, 2]) await folder.writeGrey(`${name}/${i}.png`, 10 * i)
  return folder
}

describe('the check of images', () => {
  test.each(['a', 'b', 'c'])('names one that is damaged, whatever class it is of: %s', async (name) => {
    const folder = await withImages()
    const bad = await folder.write(`${name}/2.png`, grey(1).subarray(0, 40))
    const { training, validation } = await opened(folder)
    const check = new ImageCheck([training, validation])
    expect(() => check.requireSound()).not.toThrow()
    await check.over
    expect(() => check.requireSound()).toThrow(`${bad} cannot be learned from, replace or remove it`)
    expect(() => check.requireSound()).toThrow(TrainingError)
  })

  test('finds nothing where there is nothing to be found, and reads each file once', async () => {
    const { training, validation } = await opened(await withImages())
    const read: string[] = []
    for (const source of [training, validation] as ClassSource[])
      for (const one of source.members) {
        const { read: original } = one
        Object.assign(one, {
          read: (index: number) => {
            read.push(`${one.name}/${index + 1}`)
            return original(index)
          },
        })
      }
    const check = new ImageCheck([training, validation, new SineSource('even')])
    await check.over
    check.requireSound()
    expect(read.sort()).toEqual(['a/1', 'a/2', 'b/1', 'b/2', 'c/1', 'c/2'])
  })

  test('that is stopped reads nothing more', async () => {
    const folder = await withImages()
    // The very last one to be looked at.
    const { training, validation } = await opened(folder)
    const [last] = (validation as ClassSource).members
    await folder.write(`${last?.name}/2.png`, 'no image')
    const check = new ImageCheck([training, validation])
    await check.stop()
    expect(() => check.requireSound()).not.toThrow()
  })
})
