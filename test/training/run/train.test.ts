/** Whole trainings, of a few iterations on tiny data: what they tell on the way, what they show, and what ends them. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { OnnxEngine } from '../../../src/engine/onnx/engine.js'
import { openData } from '../../../src/training/data/open-data.js'
import { smallestIn } from '../../../src/training/data/room.js'
import { presets } from '../../../src/training/presets.js'
import { checkedSettings, merged, nested } from '../../../src/training/run/read-settings.js'
import { RunFolder } from '../../../src/training/run/run-folder.js'
import { train } from '../../../src/training/run/train.js'
import { TrainingError } from '../../../src/training/training-error.js'
import { Folder, grey } from '../data/folder.js'
import { temporaryFolders } from './folder.js'

const engine = OnnxEngine.create({ workers: 1, threads: 1 })
afterAll(() => engine.close())
const folder = temporaryFolders()

const few = { 'meta.iterations': 2, 'meta.tasksPerStep': 1, 'meta.steps': 1, 'validation.tasks': 2 }

async function newRun(preset: string, changes: Record<string, unknown>): Promise<RunFolder> {
  const parts = Object.entries({ ...few, ...changes }).map(([path, value]) => nested(path, value))
  const settings = checkedSettings(parts.reduce(merged, { ...presets[preset]?.settings }))
  const run = await RunFolder.create(join(await folder(), 'run'), settings)
  onTestFinished(() => run.close())
  return run
}

/** With all that it told, in order. */
function trained(run: RunFolder) {
  const told: string[] = []
  const end = train(engine, run, {
    command: 'test',
    signal: new AbortController().signal,
    now: () => performance.now() / 1000,
    begun: (summary) => told.push(`begun: ${summary}`),
    watch: ({ iteration }) => told.push(`iteration ${iteration}`),
    finishing: () => told.push('finishing'),
    measuring: ({ ways, shots }, done, all) => told.push(`${ways}-way ${shots}-shot ${done}/${all}`),
  })
  return { told, end }
}

/** Grey squares: every class has levels of its own. */
async function images(perClass: number): Promise<Folder> {
  const data = await Folder.make()
  for (const [level, name] of ['a', 'b', 'c', 'd'].entries())
    for (let i = 0; i < perClass; i++) await data.writeGrey(`${name}/${i}.png`, 50 * level + i)
  return data
}

const ofImages = (path: string, changes: Record<string, unknown> = {}) =>
  newRun('csv-mlp', {
    data: { kind: 'images', path, image: { height: 4, width: 4, polarity: 'asis' }, split: { validation: 2 } },
    ...{ 'meta.ways': 2, 'meta.shots': 1 },
    ...changes,
  })

async function curves(points: number): Promise<string> {
  const rows = ['k', 'l', 'm', 'n'].flatMap((name, slope) =>
    Array.from({ length: points }, (_, x) => `${name},${x / points},${(slope * x) / points}`),
  )
  return (await Folder.make()).write('curves.csv', `curve,x,y\n${rows.join('\n')}\n`)
}

const ofCurves = async (points: number, changes: Record<string, unknown> = {}) =>
  newRun('sine-mlp', {
    data: {
      kind: 'regression-csv',
      path: await curves(points),
      group: 'curve',
      targets: ['y'],
      split: { validation: 2 },
    },
    'meta.shots': 8,
    ...changes,
  })

describe('a training', () => {
  test('tells what the data are, every iteration, and that and how far it measures', async () => {
    const { told, end } = trained(await ofImages((await images(4)).path, { 'validation.shots': [1, 2] }))
    expect(await end).toMatchObject({ finished: true, validation: [{ shots: 1 }, { shots: 2 }] })
    expect(told.slice(0, 8)).toEqual([
      'begun: 4 classes with 4 images each, 2 of them held out',
      ...['iteration 1', 'iteration 2', 'finishing'],
      ...['2-way 1-shot 1/2', '2-way 1-shot 2/2', '2-way 2-shot 1/2', '2-way 2-shot 2/2'],
    ])
    expect(told.at(-1)).toBe('2-way 1-shot 100/100')
  })

  test.each([
    [[3, 1], 3, 1],
    [[2], 2, 2],
  ])(
    'whose validation.shots are %s reports on tasks of the fewest, with %i queries a class',
    async (shots, queries, fewest) => {
      const run = await ofImages((await images(4)).path, { 'validation.shots': shots })
      await trained(run).end
      const page = await readFile(join(run.path, 'report.html'), 'utf8')
      expect(page).toContain(`<h3>Task 1: 2-way ${fewest}-shot`)
      // Of three tasks of two classes.
      expect(page.match(/<div class="query is-/g)).toHaveLength(3 * 2 * queries)
    },
  )

  test('ends where an image is damaged that nobody has drawn, and keeps what it has', async () => {
    const data = await images(60)
    const run = await ofImages(data.path, { 'meta.iterations': 1e6, 'validation.every': 0 })
    // Of a class that is held out, which nothing looks at before the end.
    const { validation } = await openData(run.settings.data, run.settings.seed)
    const bad = await data.write(`${smallestIn(validation)?.name}/59.png`, grey(1).subarray(0, 40))
    const { told, end } = trained(run)
    await expect(end).rejects.toThrow(`${bad} cannot be learned from, replace or remove it`)
    await expect(end).rejects.toThrow(TrainingError)
    expect(told[0]).toMatch(/^begun/)
    expect(await run.hasBegun()).toBe(true)
  })
})

describe('a training on a table of functions', () => {
  test('asks about the points beside the shots where there are fewer than fifty', async () => {
    const { validation } = await trained(await ofCurves(12, { 'validation.shots': [5, 11] })).end
    expect(validation).toMatchObject([{ shots: 5 }, { shots: 11 }])
    for (const { error } of validation) expect(error).toBeGreaterThanOrEqual(0)
  })

  test('names the settings where there is not even one', async () => {
    const { told, end } = trained(await ofCurves(12, { 'validation.shots': [5, 12] }))
    await expect(end).rejects.toThrow(
      /^The held-out function [klmn] has 12 points where 13 are needed to measure with 12 shots: lower validation\.shots, .* \(data\.split\.validation=0\)\.$/,
    )
    expect(told).toEqual([])
  })

  test('names the flag where there are too few to learn from', async () => {
    const { end } = trained(await ofCurves(12, { 'meta.shots': 50 }))
    await expect(end).rejects.toThrow(/has 12 points where 50 are needed \(50 shots\): .* or lower --shots\.$/)
  })

  test('may hold nothing out', async () => {
    const run = await ofCurves(9, { 'data.split.validation': 0 })
    expect(await trained(run).end).toMatchObject({ finished: true, validation: [] })
    expect(await readFile(join(run.path, 'report.html'), 'utf8')).toContain('<h1>sine-mlp</h1>')
  })
})
