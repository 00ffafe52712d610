import { existsSync } from 'node:fs'
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { presets } from '../../../src/training/presets.js'
import { checkedSettings } from '../../../src/training/run/read-settings.js'
import { RunFolder, runFolderName } from '../../../src/training/run/run-folder.js'
import { livingOwner, lockFolder } from '../../../src/training/run/run-lock.js'
import { temporaryFolders } from './folder.js'

const folder = temporaryFolders()
const settings = checkedSettings(presets.glyphs?.settings)
const line = { iteration: 10, firstLoss: 1, lastLoss: 0.5, rate: 3 }

describe('the folder of a run', () => {
  test('keeps the settings as they were used', async () => {
    const path = join(await folder(), 'run')
    await (await RunFolder.create(path, settings)).close()
    const again = await RunFolder.open(path)
    expect(again.settings).toEqual(settings)
    await again.close()
    expect(await readdir(path)).toEqual(['settings.json'])
  })

  test('is not begun where there is a run or anything else', async () => {
    const path = await folder()
    await (await RunFolder.create(path, settings)).close()
    await expect(RunFolder.create(path, settings)).rejects.toThrow(/holds a run already/)
    const other = await folder()
    await writeFile(join(other, 'diary.txt'), 'today')
    await expect(RunFolder.create(other, settings)).rejects.toThrow(/is not empty/)
    expect(await readdir(other)).toEqual(['diary.txt'])
  })

  test('that is none is not locked either', async () => {
    const path = await folder()
    await expect(RunFolder.open(path)).rejects.toThrow(/is no run's folder/)
    expect(await readdir(path)).toEqual([])
  })

  test('that could not begin leaves no trace, nor do the folders that were made for it', async () => {
    const parent = await folder()
    const run = await RunFolder.create(join(parent, 'runs', 'of', 'today'), settings)
    await run.discard()
    await run.close()
    expect(await readdir(parent)).toEqual([])
  })

  test('that could not begin leaves what was there before', async () => {
    const parent = await folder()
    await (await RunFolder.create(parent, settings)).discard()
    expect(await readdir(parent)).toEqual([])
    const run = await RunFolder.create(join(parent, 'runs', 'one'), settings)
    await writeFile(join(parent, 'runs', 'diary.txt'), 'today')
    await run.discard()
    expect(await readdir(join(parent, 'runs'))).toEqual(['diary.txt'])
  })

  test('that is gone on with stays, whatever there is in it', async () => {
    const path = join(await folder(), 'run')
    await (await RunFolder.create(path, settings)).close()
    const again = await RunFolder.open(path)
    await again.discard()
    await again.close()
    expect(await readdir(path)).toEqual(['settings.json'])
  })

  test('is called by model and time', () => {
    expect(runFolderName('runs', 'signs', new Date(Date.UTC(2026, 0, 2, 3, 4, 5)))).toBe(
      join('runs', 'signs-20260102-030405'),
    )
  })
})

describe('the lock', () => {
  test('keeps a second one out, in one sentence, until it is freed', async () => {
    const file = join(await folder(), 'lock')
    const free = await lockFolder(file)
    expect(await livingOwner(file)).toBe(process.pid)
    await expect(lockFolder(file)).rejects.toThrow(`is in use by process ${process.pid}`)
    await free()
    expect(await livingOwner(file)).toBeUndefined()
    await (await lockFolder(file))()
  })

  test.each([
    ['a process that is gone', { pid: 2 ** 22 + 1, host: hostname(), started: '1', id: 'x' }],
    ['a process whose number another has now', { pid: process.pid, host: hostname(), started: 'long ago', id: 'x' }],
  ])('of %s is taken over', async (_, owner) => {
    const file = join(await folder(), 'lock')
    await writeFile(file, JSON.stringify(owner))
    const free = await lockFolder(file)
    expect(await livingOwner(file)).toBe(process.pid)
    await free()
  })

  test('that was being written when its process was killed is taken over', async () => {
    const file = join(await folder(), 'lock')
    await writeFile(file, '{"pid": 1')
    await (await lockFolder(file))()
  })

  test('of another machine is believed', async () => {
    const file = join(await folder(), 'lock')
    await writeFile(file, JSON.stringify({ pid: 1, host: 'elsewhere', id: 'x' }))
    await expect(lockFolder(file)).rejects.toThrow(/process 1 on elsewhere/)
  })

  test('goes to one of many who ask at once for that of a dead process', async () => {
    const file = join(await folder(), 'lock')
    await writeFile(file, JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), id: 'x' }))
    const asked = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(file)))
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })
})

describe('metrics', () => {
  test('are cut after an iteration, and half a line is none', async () => {
    const run = await RunFolder.create(join(await folder(), 'run'), settings)
    for (const iteration of [10, 20, 30]) await run.metrics.append({ ...line, iteration })
    const file = join(run.path, 'metrics.jsonl')
    await writeFile(file, '{"iteration": 40, "firs', { flag: 'a' })
    expect((await run.metrics.read()).map(({ iteration }) => iteration)).toEqual([10, 20, 30])
    await run.metrics.cutAfter(20)
    expect(await readFile(file, 'utf8')).toBe(
      `${JSON.stringify({ ...line, iteration: 10 })}\n${JSON.stringify({ ...line, iteration: 20 })}\n`,
    )
    await run.close()
  })

  test.skipIf(!existsSync('/dev/full'))('that a full disk does not take are said so in a sentence', async () => {
    const run = await RunFolder.create(join(await folder(), 'run'), settings)
    await symlink('/dev/full', join(run.path, 'metrics.jsonl'))
    await expect(run.metrics.append(line)).rejects.toThrow(/the disk is full: make room/)
    await run.close()
  })
})
