/** Real processes that are ended in every way, and runs that go on as if nothing had been. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CommandProcess, type Ended } from './command.js'

const settings = [
  ...['train', 'sine-mlp', '--iterations', '150', '--seed', '3', '--workers', '1', '--set', 'validation.every=40'],
  ...['--set', 'validation.tasks=4', '--set', 'validation.shots=[5]', '--set', 'checkpointSeconds=0.001'],
]

let parent: string
let whole: string

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'reptile-resume-'))
  whole = join(parent, 'whole')
  const { code, errors } = await new CommandProcess(...settings, '--out', whole).ended
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
})

afterAll(() => rm(parent, { recursive: true, force: true }))

/** Resolves when the run's checkpoint has come so far. */
async function reached(folder: string, iteration: number, run: CommandProcess): Promise<void> {
  let isOver = false
  void run.ended.then(() => {
    isOver = true
  })
  while (!isOver) {
    const text = await readFile(join(folder, 'checkpoint'), 'latin1').catch(() => '')
    if (text.includes('\n') && JSON.parse(text.slice(0, text.indexOf('\n'))).iteration >= iteration) return
    await wait(5)
  }
  const { errors, output } = await run.ended
  throw new Error(`the run is over before iteration ${iteration}: ${errors}${output}`)
}

async function finish(folder: string): Promise<Ended> {
  const end = await new CommandProcess('train', '--resume', folder).ended
  expect({ code: end.code, errors: end.errors }).toEqual({ code: 0, errors: '' })
  return end
}

async function expectSameRun(folder: string): Promise<void> {
  const weights = (path: string) => readFile(join(path, 'model', 'sine-mlp', 'weights.safetensors'))
  expect((await weights(folder)).equals(await weights(whole))).toBe(true)
  const lines = async (path: string) =>
    (await readFile(join(path, 'metrics.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => ({ ...JSON.parse(line), rate: undefined }))
  expect(await lines(folder)).toEqual(await lines(whole))
}

describe('a run that was ended', () => {
  test('with kill -9, twice, ends with the very weights and metrics of one that was not', async () => {
    const folder = join(parent, 'killed')
    const first = new CommandProcess(...settings, '--out', folder)
    await reached(folder, 25, first)
    first.kill('SIGKILL')
    expect(await first.ended).toMatchObject({ signal: 'SIGKILL' })
    // A line that was being written.
    await writeFile(join(folder, 'metrics.jsonl'), '{"iteration": 26, "firstLo', { flag: 'a' })
    const second = new CommandProcess('train', '--resume', folder)
    await reached(folder, 85, second)
    second.kill('SIGKILL')
    await second.ended
    await finish(folder)
    await expectSameRun(folder)
  })

  test('with Ctrl-C or SIGTERM writes a checkpoint and says how to go on; nobody else works on it meanwhile', async () => {
    const folder = join(parent, 'stopped')
    const first = new CommandProcess(...settings, '--out', folder)
    await reached(folder, 10, first)
    // Held where it is, so that it lives as long as the other one looks.
    first.kill('SIGSTOP')
    const other = await new CommandProcess('train', '--resume', folder).ended
    expect(other).toMatchObject({ code: 1, errors: expect.stringContaining(`in use by process ${first.pid}`) })
    expect(other.errors.trim().split('\n')).toHaveLength(1)
    first.kill('SIGINT')
    first.kill('SIGCONT')
    const stopped = await first.ended
    expect(stopped).toMatchObject({ code: 130, errors: '' })
    expect(stopped.output).toContain(`go on with: reptile-serve train --resume ${folder}`)
    const second = new CommandProcess('train', '--resume', folder)
    await reached(folder, 60, second)
    second.kill('SIGTERM')
    expect((await second.ended).code).toBe(143)
    await finish(folder)
    await expectSameRun(folder)
  })
})
