import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OnnxEngine } from '../../../src/engine/onnx/engine.js'
import type { Artifact, Model } from '../../../src/model/artifact.js'
import { ClassSource } from '../../../src/training/data/class-source.js'
import { openData } from '../../../src/training/data/open-data.js'
import { foldsOf } from '../../../src/training/evaluate/folds.js'
import { atRandom, grid, parseSearch, withChoice } from '../../../src/training/evaluate/search.js'
import { asMarkdown, asText } from '../../../src/training/evaluate/table.js'
import { type TuneSettings, tuneRun, tuneTable } from '../../../src/training/evaluate/tune.js'
import { dataSchema, type RunSettings, runSchema } from '../../../src/training/settings.js'
import { TrainingError } from '../../../src/training/training-error.js'
import { classifier, modelOf } from '../../learner/small-models.js'
import { blots } from './toy-sources.js'

const engine = OnnxEngine.create({ workers: 2, threads: 1 })
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tune-'))
})
afterAll(async () => {
  await engine.close()
  await rm(folder, { recursive: true })
})

const { name, description, layers, head, innerLoop }: Artifact = classifier()
const base: RunSettings = runSchema.parse({
  model: { name, description, layers, head, innerLoop },
  data: { kind: 'glyphs' },
  meta: { ways: 3, shots: 2, batch: 4, steps: 4, learningRate: 0.05 },
})

describe('a search', () => {
  test('in a grid has every combination', () => {
    const search = parseSearch({ 'meta.steps': [3, 5], 'meta.schedule': ['linear', 'cosine', 'constant'] })
    const choices = grid(search)
    expect(choices).toHaveLength(6)
    expect(choices[1]).toEqual({ 'meta.steps': 3, 'meta.schedule': 'cosine' })
    expect(new Set(choices.map((choice) => JSON.stringify(choice))).size).toBe(6)
  })

  test('at random stays in its ranges, and more trials begin with fewer', () => {
    const search = parseSearch({
      'meta.learningRate': { from: 1e-4, to: 1e-1, scale: 'log' },
      'meta.steps': { from: 2, to: 4, whole: true },
      'meta.batch': [4, 8],
    })
    const choices = atRandom(search, 300, 7)
    expect(atRandom(search, 20, 7)).toEqual(choices.slice(0, 20))
    expect(atRandom(search, 20, 8)).not.toEqual(choices.slice(0, 20))
    const of = (path: string) => choices.map((choice) => Number(choice[path]))
    expect(of('meta.learningRate').every((rate) => rate >= 1e-4 && rate <= 1e-1)).toBe(true)
    // A third of them in each power of ten.
    const low = of('meta.learningRate').filter((rate) => rate < 1e-3).length
    expect(Math.abs(low - 100)).toBeLessThan(30)
    for (const path of ['meta.steps', 'meta.batch'])
      for (const value of new Set(of(path)))
        expect(of(path).filter((other) => other === value).length).toBeGreaterThan(300 / 5)
    expect([...new Set(of('meta.steps'))].sort()).toEqual([2, 3, 4])
  })

  test('puts values into their places, in lists too, and leaves the settings as they were', () => {
    const before = structuredClone(base)
    const changed = withChoice(base, { 'model.innerLoop.widths.0.steps': 9, 'meta.outer': { type: 'adam' } })
    expect(changed.model.innerLoop.widths[0]?.steps).toBe(9)
    expect(changed.meta.outer).toMatchObject({ type: 'adam', beta1: 0.9 })
    expect(base).toEqual(before)
  })

  test.each([
    [{ 'meta.learnigRate': 1 }, 'learnigRate'],
    [{ 'meta.learningRate': -1 }, 'learningRate'],
    [{ 'model.innerLoop.widths.3.steps': 1 }, 'widths'],
    [{ 'seed.deep.down': 1 }, 'seed.deep'],
  ])('refuses %o in a sentence', (choice, word) => {
    expect(() => withChoice(base, choice)).toThrow(TrainingError)
    expect(() => withChoice(base, choice)).toThrow(word)
  })

  test.each([{}, { a: [] }, { a: { from: 2, to: 1 } }, { a: { from: 0, to: 1, scale: 'log' } }, 3])(
    'is not %o',
    (search) => {
      expect(() => parseSearch(search)).toThrow(TrainingError)
    },
  )

  test('in a grid has no ranges', () => {
    expect(() => grid(parseSearch({ 'meta.steps': { from: 1, to: 2 } }))).toThrow(TrainingError)
  })
})

describe('folds', () => {
  const settings = dataSchema.parse({
    kind: 'glyphs',
    classes: 14,
    images: 3,
    split: { validation: 3 },
    augmentation: { rotations: true, noise: 0.1 },
  })
  const namesOf = (source: unknown): string[] => {
    if (!(source instanceof ClassSource)) throw new Error('no classes')
    return source.members.map((member) => member.name)
  }

  test('hold every training class out once, never with its rotations, and no other class', async () => {
    const data = await openData(settings, 1)
    const upright = namesOf(data.training).filter((_, index) => index % 4 === 0)
    const folds = foldsOf(settings, data, 3, 5)
    const heldOut = folds.flatMap(({ validation }) => namesOf(validation))
    expect([...heldOut].sort()).toEqual([...upright].sort())
    for (const { training, validation } of folds) {
      expect(training.classes).toBe(4 * (11 - validation.classes))
      for (const held of namesOf(validation))
        expect(namesOf(training).filter((other) => other.split(' turned')[0] === held)).toEqual([])
    }
    expect(foldsOf(settings, data, 3, 5).map(({ validation }) => namesOf(validation))).toEqual(
      folds.map(({ validation }) => namesOf(validation)),
    )
    expect(() => foldsOf(settings, data, 6, 5)).toThrow(TrainingError)
    expect(() => foldsOf(settings, data, 1, 5)).toThrow(TrainingError)
  })

  test('of waves are all the same', async () => {
    const data = await openData({ kind: 'sine' }, 1)
    expect(foldsOf({ kind: 'sine' }, data, 2, 1)).toEqual(
      [data, data].map(({ training, validation }) => ({ training, validation })),
    )
  })
})

describe('tuneRun', () => {
  const folds = [1, 2].map(() => ({ training: blots(9), validation: blots(9, 0.1) }))
  /** A "training" that only chooses among random initializations, so that a choice matters. */
  const trained: number[] = []
  const trainOnce = async (settings: RunSettings): Promise<Model | undefined> => {
    trained.push(settings.meta.learningRate)
    if (settings.meta.learningRate > 1) return undefined
    const widths = [{ classes: 3, batch: 4, steps: 10, learningRate: settings.meta.learningRate }]
    return modelOf(classifier({ widths, head: { kind: 'shared' } }))
  }
  const choices = grid(parseSearch({ 'meta.learningRate': [1e-6, 2, 0.05] }))
  const tasks = { ways: 3, shots: 2, episodes: 6, seed: 1 }
  const settings: TuneSettings = { base, choices, folds, evaluation: tasks }

  test('has the best first and what diverged last', async () => {
    const trials = await tuneRun(engine, trainOnce, settings)
    expect(trials.map(({ choice }) => choice['meta.learningRate'])).toEqual([0.05, 1e-6, 2])
    expect(trials[0]?.mean).toBeCloseTo(((trials[0]?.folds[0]?.mean ?? 0) + (trials[0]?.folds[1]?.mean ?? 0)) / 2, 12)
    const table = tuneTable(trials, 'accuracy')
    expect(asText(table).split('\n')[3]).toMatch(/^3 +2 +diverged +diverged +diverged$/)
    expect(asMarkdown(table).split('\n')).toHaveLength(6)
  })

  test('goes on where it was stopped, also in the middle of a line', async () => {
    const log = join(folder, 'trials.jsonl')
    const whole = await tuneRun(engine, trainOnce, { ...settings, log })
    const text = await readFile(log, 'utf8')
    expect(text.trimEnd().split('\n')).toHaveLength(1 + 6)
    trained.length = 0
    expect(await tuneRun(engine, trainOnce, { ...settings, log })).toEqual(whole)
    expect(trained).toEqual([])
    // Cut at any place: what comes out is the same, and what was measured is not measured again.
    for (const length of [5, text.indexOf('"fold":1') + 3, text.length - 1]) {
      await truncate(log, length)
      const lines = (await readFile(log, 'utf8')).split('\n').length - 1
      trained.length = 0
      expect(await tuneRun(engine, trainOnce, { ...settings, log })).toEqual(whole)
      expect(trained).toHaveLength(6 - Math.max(0, lines - 1))
      expect(await readFile(log, 'utf8')).toBe(text)
    }
    // More choices later use what is there.
    trained.length = 0
    await tuneRun(engine, trainOnce, { ...settings, log, choices: [...choices, { 'meta.learningRate': 0.01 }] })
    expect(trained).toEqual([0.01, 0.01])
  })

  test('leaves the files of others alone', async () => {
    const log = join(folder, 'other.jsonl')
    await tuneRun(engine, trainOnce, { ...settings, log })
    const before = await readFile(log, 'utf8')
    const other = { ...settings, log, evaluation: { ...tasks, seed: 2 } }
    await expect(tuneRun(engine, trainOnce, other)).rejects.toThrow('not of this search')
    expect(await readFile(log, 'utf8')).toBe(before)
    const notes = join(folder, 'notes.txt')
    await writeFile(notes, 'my notes')
    await expect(tuneRun(engine, trainOnce, { ...settings, log: notes })).rejects.toThrow(TrainingError)
    expect(await readFile(notes, 'utf8')).toBe('my notes')
    await appendFile(log, 'nonsense\n')
    await expect(tuneRun(engine, trainOnce, { ...settings, log })).rejects.toThrow('line 8')
  })

  test('refuses a choice that cannot be before anything is trained', async () => {
    trained.length = 0
    const wrong = { ...settings, choices: [...choices, { 'meta.steps': 0 }] }
    await expect(tuneRun(engine, trainOnce, wrong)).rejects.toThrow(TrainingError)
    const small = dataSchema.parse({ kind: 'glyphs', classes: 8, images: 2, split: { validation: 0 } })
    const few = foldsOf(small, await openData(small, 1), 2, 1)
    await expect(tuneRun(engine, trainOnce, { ...settings, folds: few })).rejects.toThrow(TrainingError)
    expect(trained).toEqual([])
  })
})
