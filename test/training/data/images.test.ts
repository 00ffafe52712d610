/** Folders of images as data. */

import { existsSync } from 'node:fs'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { seeded } from '../../../src/learner/random.js'
import { at } from '../../../src/program/program.js'
import { ClassSource } from '../../../src/training/data/class-source.js'
import { findImageClasses } from '../../../src/training/data/image-files.js'
import { InputCache } from '../../../src/training/data/input-cache.js'
import { openData } from '../../../src/training/data/open-data.js'
import { dataSchema } from '../../../src/training/settings.js'
import { TrainingError } from '../../../src/training/training-error.js'
import { Folder, grey } from './folder.js'

const spec = { kind: 'image', height: 4, width: 4, channels: 1, polarity: 'asis' } as const
const { kind: _, ...image } = spec

const openFolder = (path: string, more: object = {}, seed = 1) =>
  openData(dataSchema.parse({ kind: 'images', path, image, split: { validation: 0 }, ...more }), seed)

const namesOf = (source: unknown): string[] => {
  expect(source).toBeInstanceOf(ClassSource)
  return source instanceof ClassSource ? source.members.map(({ name }) => name) : []
}

describe('folders of images', () => {
  test('of any depth are classes where images lie in them, by relative path', async () => {
    const folder = await Folder.make()
    await folder.writeGrey('images_background/Greek/character02/2.png', 20)
    await folder.writeGrey('images_background/Greek/character02/1.PNG', 10)
    await folder.writeGrey('images_background/Greek/character01/1.png', 30)
    await folder.writeGrey('images_evaluation/Tengwar/character01/1.png', 40)
    await folder.write('images_background/README.md', 'none')
    await folder.write('images_background/Greek/character01/strokes.txt', 'none')
    await folder.write('__MACOSX/Greek/character01/._1.png', 'none')
    const classes = await findImageClasses(folder.path, spec, new InputCache())
    expect(classes.map(({ name, count }) => [name, count])).toEqual([
      ['images_background/Greek/character01', 1],
      ['images_background/Greek/character02', 2],
      ['images_evaluation/Tengwar/character01', 1],
    ])
    const second = at(classes, 1)
    expect(await second.read(0)).toEqual(new Float32Array(16).fill(10 / 255))
    expect(await second.read(1)).toEqual(new Float32Array(16).fill(20 / 255))
  })

  test('may be links, but not ones that lead back', async () => {
    const folder = await Folder.make()
    await folder.writeGrey('a/1.png', 1)
    await symlink(join(folder.path, 'a'), join(folder.path, 'b'))
    const found = await findImageClasses(folder.path, spec, new InputCache())
    expect(found.map(({ name }) => name)).toEqual(['a', 'b'])
    await symlink(folder.path, join(folder.path, 'a', 'back'))
    await expect(findImageClasses(folder.path, spec, new InputCache())).rejects.toThrow(TrainingError)
  })

  test('are divided by seed, every class into one part', async () => {
    const folder = await Folder.make()
    const names = Array.from({ length: 12 }, (_, i) => `c${String.fromCharCode(97 + i)}`)
    for (const name of names) await folder.writeGrey(`${name}/1.png`, 9)
    const divide = async (seed: number) => {
      const { training, validation, summary } = await openFolder(folder.path, { split: { validation: 5 } }, seed)
      expect(summary).toBe('12 classes with 1 images each, 5 of them held out')
      return { training: namesOf(training), validation: namesOf(validation) }
    }
    const one = await divide(1)
    expect([one.training.length, one.validation.length]).toEqual([7, 5])
    expect([...one.training, ...one.validation].sort()).toEqual(names)
    expect(await divide(1)).toEqual(one)
    expect((await divide(2)).validation).not.toEqual(one.validation)
  })

  test('are turned for training only', async () => {
    const folder = await Folder.make()
    for (const name of ['a', 'b', 'c']) await folder.writeGrey(`${name}/1.png`, 9)
    const data = await openFolder(folder.path, { split: { validation: 1 }, augmentation: { rotations: true } })
    expect([data.training.classes, data.validation.classes]).toEqual([8, 1])
    expect(data.summary).toContain('with rotations 8 to train on')
  })

  test('give images of the very numbers that serving sees, in every task', async () => {
    const folder = await Folder.make()
    for (const [c, name] of ['a', 'b'].entries())
      for (let i = 0; i < 3; i++) await folder.writeGrey(`${name}/${i}.png`, 100 * c + i)
    const { training } = await openFolder(folder.path)
    const { support, names } = await training.draw(seeded(2), { ways: 2, shots: 3, queries: 0 })
    if (support.kind !== 'classification') throw new Error('regression')
    const levels = support.inputs.map((input) => Math.round(255 * at(input, 7)))
    const expected = names?.[0] === 'a' ? [0, 1, 2, 100, 101, 102] : [100, 101, 102, 0, 1, 2]
    expect([...levels.slice(0, 3).sort((a, b) => a - b), ...levels.slice(3).sort((a, b) => a - b)]).toEqual(expected)
  })

  test('that are not there, or hold no two classes, are named', async () => {
    const folder = await Folder.make()
    await expect(openFolder(join(folder.path, 'nowhere'))).rejects.toThrow(/nowhere cannot be read \(ENOENT\)/)
    await folder.writeGrey('1.png', 1)
    await expect(openFolder(folder.path)).rejects.toThrow(/holds 1 classes: at least 2/)
  })

  test('cannot all be held out', async () => {
    const folder = await Folder.make()
    for (const name of ['a', 'b', 'c']) await folder.writeGrey(`${name}/1.png`, 9)
    const opened = openFolder(folder.path, { split: { validation: 2 } })
    await expect(opened).rejects.toThrow('set data.split.validation to at most 1')
    await expect(opened).rejects.toThrow(TrainingError)
  })

  test('are needed where a file is named', async () => {
    const file = await (await Folder.make()).writeGrey('1.png', 9)
    await expect(openFolder(file)).rejects.toThrow(
      `${file} is no folder: name one that holds a folder of images for each class.`,
    )
  })

  test.each([
    ['cut short', (bytes: Uint8Array) => bytes.subarray(0, 40)],
    ['empty', () => new Uint8Array()],
    ['no image', () => Buffer.from('no image')],
  ])('with a file that is %s: it is named when it is drawn', async (_, damage) => {
    const folder = await Folder.make()
    await folder.write('a/1.png', grey(1))
    const bad = await folder.write('b/1.png', damage(grey(1)))
    const { training } = await openFolder(folder.path)
    const drawn = training.draw(seeded(1), { ways: 2, shots: 1, queries: 0 })
    await expect(drawn).rejects.toThrow(`${bad} cannot be learned from, replace or remove it`)
    await expect(drawn).rejects.toThrow(TrainingError)
  })
})

const omniglot = '/work/shared/data/omniglot/train'

test.skipIf(!existsSync(omniglot))('Omniglot is opened, where it is at hand', async () => {
  const data = await openData(
    dataSchema.parse({ kind: 'images', path: omniglot, augmentation: { rotations: true, stroke: 0.4, turn: 10 } }),
    1,
  )
  expect(data.summary).toBe('1200 classes with 20 images each, 100 of them held out, with rotations 4400 to train on')
  const { support, queries } = await data.training.draw(seeded(1), { ways: 20, shots: 5, queries: 1 })
  expect([support.inputs.length, queries.inputs.length]).toEqual([100, 20])
  expect(support.inputs.every((input) => input.length === 784 && Math.max(...input) > 0.5)).toBe(true)
})
