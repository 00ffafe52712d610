import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { typed } from '../../src/cli/arguments.js'
import { runSettings } from '../../src/cli/run-options.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reptile-settings-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('settings of a run', () => {
  test('come from a preset, a file over it, and flags over both', async () => {
    const settings = join(folder, 'run.json')
    await writeFile(settings, JSON.stringify({ seed: 5, meta: { iterations: 77, shots: 3 } }))
    const found = await runSettings('glyphs', { settings, iterations: 9, set: ['meta.final=0.1', 'model.name=mine'] })
    expect(found).toMatchObject({
      seed: 5,
      model: { name: 'mine' },
      meta: { iterations: 9, shots: 3, final: 0.1, ways: 5 },
    })
  })

  test('may all stand in a file: that of --print-settings gives the same ones', async () => {
    const settings = join(folder, 'printed.json')
    const printed = await runSettings('omniglot-paper', { data: 'images', seed: 3 })
    await writeFile(settings, JSON.stringify(printed))
    expect(await runSettings(undefined, { settings })).toEqual(printed)
    expect(printed).toMatchObject({
      model: { head: { kind: 'shared' } },
      data: { path: 'images', augmentation: { rotations: true } },
      meta: { ways: 5, batch: 10, steps: 5, learningRate: 0.001, tasksPerStep: 5, metaStep: 1, final: 0, shots: 10 },
    })
  })

  test('other data, and another network, are a flag each', async () => {
    const found = await runSettings('glyphs', {
      data: 'signs',
      kind: 'images',
      model: 'omniglot-conv4',
      head: { kind: 'shared' },
    })
    expect(found.data).toMatchObject({ kind: 'images', path: 'signs' })
    expect(found.model).toMatchObject({ name: 'omniglot-conv4', head: { kind: 'shared' } })
  })

  test.each([
    [undefined, {}, /^Name what to train, glyphs, /],
    ['nothing', {}, /^There is no preset nothing: name glyphs, /],
    ['glyphs', { settings: '/nowhere/run.json' }, /^The settings file \/nowhere\/run\.json cannot be read \(ENOENT\)/],
    ['glyphs', { head: { kind: 'wide' } }, /model\.head\.kind \("wide"\)/],
    ['omniglot-conv4', {}, /with --data/],
  ] as const)('%s with %s is refused', async (preset, options, sentence) => {
    await expect(runSettings(preset, options)).rejects.toThrow(sentence)
  })
})

test('a command is kept as it can be typed again', () => {
  expect(typed(['train', '--set', 'a=[1, 2]', "it's"])).toBe(`reptile-serve train --set 'a=[1, 2]' 'it'\\''s'`)
})
