/** Tables as data: classes by label, functions by group. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { valuesToInput } from '../../../src/codec/values-to-input.js'
import { seeded } from '../../../src/learner/random.js'
import type { Feature, InputSpec } from '../../../src/model/artifact.js'
import { at } from '../../../src/program/program.js'
import { ClassSource } from '../../../src/training/data/class-source.js'
import { openData } from '../../../src/training/data/open-data.js'
import { featuresOf } from '../../../src/training/data/standardization.js'
import { dataSchema } from '../../../src/training/settings.js'
import { TrainingError } from '../../../src/training/training-error.js'
import { Folder } from './folder.js'

async function openCsv(text: string, more: object = {}, seed = 1, known?: InputSpec) {
  const folder = await Folder.make()
  const path = await folder.write('flowers.csv', text)
  return openData(
    dataSchema.parse({ kind: 'csv', path, label: 'kind', split: { validation: 0 }, ...more }),
    seed,
    known,
  )
}

const good = 'long,kind,wide\n1,rose,10\n3,rose,20\n5,lily,30\n7,lily,40\n'

describe('a table with labels', () => {
  test('has a class a label, its features scaled, and says how', async () => {
    const data = await openCsv(good)
    expect(data.input).toEqual({
      kind: 'values',
      length: 2,
      features: [
        { name: 'long', mean: 4, deviation: Math.sqrt(5) },
        { name: 'wide', mean: 25, deviation: Math.sqrt(125) },
      ],
    })
    expect(data.summary).toBe('2 classes with 2 rows each, 0 of them held out')
    const { support, names } = await data.training.draw(seeded(1), { ways: 2, shots: 2, queries: 0 })
    const roses = support.inputs.slice(names?.[0] === 'rose' ? 0 : 2).slice(0, 2)
    const longs = roses.map((input) => at(input, 0)).sort((a, b) => a - b)
    expect(at(longs, 0)).toBeCloseTo(-3 / Math.sqrt(5), 6)
    expect(at(longs, 1)).toBeCloseTo(-1 / Math.sqrt(5), 6)
  })

  test.each([
    ['quoted cells', '"long","kind","wide"\n1,"rose",10\n"3",rose,20\n5,"lily",30\n7,lily,40\n'],
    ['line ends of Windows', good.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\ufeff${good}`],
    [
      'spaces, empty lines and no end of the last',
      ' long , kind,wide\n\n1 ,rose, 10\n3,rose,20\n5,lily,30\n7, lily,40',
    ],
    ['other spellings of numbers', 'long,kind,wide\n1e0,rose,+10\n3.0,rose,2e1\n5,lily,30\n.7e1,lily,40\n'],
  ])('may have %s', async (_, text) => {
    expect((await openCsv(text)).input).toEqual((await openCsv(good)).input)
  })

  test('may have labels with commas, quotes and lines in them', async () => {
    const { training } = await openCsv('kind,x\n"a, ""b""\nc",1\nd,2\n')
    if (!(training instanceof ClassSource)) throw new Error('no classes')
    expect(training.members.map(({ name }) => name).sort()).toEqual(['a, "b"\nc', 'd'])
  })

  test('is scaled by its training classes alone', async () => {
    const rows = 'abcdef'.split('').map((kind, i) => `${kind},${10 ** i}`)
    const data = await openCsv(`kind,x\n${rows.join('\n')}\n`, { split: { validation: 3 } }, 4)
    const { training, validation } = data
    if (!(training instanceof ClassSource && validation instanceof ClassSource)) throw new Error('no classes')
    const values = training.members.map(({ name }) => 10 ** 'abcdef'.indexOf(name))
    const mean = values.reduce((a, b) => a + b) / 3
    expect(validation.classes).toBe(3)
    expect(data.input).toMatchObject({ features: [{ name: 'x', mean }] })
  })

  test('is scaled as a model that is known scales, by the names of columns and whatever else there is', async () => {
    const { input } = await openCsv(good)
    const other = 'extra,wide,kind,long\n0,25,a,4\n0,25,b,4\n'
    const data = await openCsv(other, {}, 1, input)
    expect(data.input).toEqual(input)
    const { support } = await data.training.draw(seeded(1), { ways: 2, shots: 1, queries: 0 })
    expect(support.inputs.map((row) => [...row])).toEqual([
      [0, 0],
      [0, 0],
    ])
    await expect(openCsv('long,kind\n1,a\n2,b\n', {}, 1, input)).rejects.toThrow(/no column "wide"/)
  })

  test.each([
    ['a missing value', 'kind,x\na,1\nb,\n', /flowers\.csv, line 3, column "x", has no value/],
    ['a word for a number', 'kind,x\na,1\nb,two\n', /line 3, column "x", has "two"/],
    ['NaN', 'kind,x\na,1\nb,NaN\n', /line 3, column "x", has "NaN"/],
    ['a number beyond 32 bits', 'kind,x\na,1\nb,1e39\n', /line 3, column "x", has "1e39"/],
    ['no label', 'kind,x\n ,1\nb,2\n', /line 2, column "kind", has no value/],
    ['a short row', 'kind,x,y\na,1,2\nb,2\n', /line 3, has 2 cells where the header has 3/],
    ['a long row', 'kind,x\na,1\nb,2,3\n', /line 3, has 3 cells where the header has 2/],
    ['the line after a cell of several', 'kind,x\n"a\nb",1\nb,?\n', /line 4, column "x"/],
    ['an open quote', 'kind,x\n"a,1\nb,2\n', /is no table of comma-separated values/],
    ['no such label column', 'sort,x\na,1\nb,2\n', /no column "kind": name one of sort, x/],
    ['a column twice', 'kind,x,x\na,1,2\nb,1,2\n', /two columns "x"/],
    ['labels alone', 'kind\na\nb\n', /no column beside "kind"/],
    ['a header alone', 'kind,x\n', /holds no rows/],
    ['nothing', '', /holds no rows/],
    ['one class', 'kind,x\na,1\na,2\n', /There are 1 classes in the data: at least 2/],
  ])('with %s is refused', async (_, text, message) => {
    const opened = openCsv(text)
    await expect(opened).rejects.toThrow(message)
    await expect(opened).rejects.toThrow(TrainingError)
  })

  test('that is not there, or asked to be turned, is refused', async () => {
    const away = dataSchema.parse({ kind: 'csv', path: '/nowhere.csv', label: 'kind' })
    await expect(openData(away, 1)).rejects.toThrow(/nowhere\.csv cannot be read \(ENOENT\)/)
    await expect(openCsv(good, { augmentation: { rotations: true } })).rejects.toThrow(/noise alone/)
  })
})

test('scaled features have mean 0 and deviation 1, and a feature that never changes is 0', () => {
  const rows = fc.array(fc.tuple(fc.integer({ min: -1e6, max: 1e6 }), fc.constant(7)), { minLength: 2, maxLength: 30 })
  fc.assert(
    fc.property(rows, (table) => {
      fc.pre(new Set(table.map(([first]) => first)).size > 1)
      const input = { kind: 'values', length: 2, features: featuresOf(['x', 'same'], table) } as const
      const scaled = table.map((row) =>
        valuesToInput(Float32Array.from(row), { ...input, features: [...input.features] }),
      )
      const first = scaled.map((row) => at(row, 0))
      const mean = first.reduce((a, b) => a + b) / first.length
      expect(mean).toBeCloseTo(0, 5)
      expect(first.reduce((sum, value) => sum + (value - mean) ** 2, 0) / first.length).toBeCloseTo(1, 5)
      expect(scaled.every((row) => at(row, 1) === 0)).toBe(true)
    }),
    { seed: 1 },
  )
})

function featuresIn(input: InputSpec): [Feature, ...Feature[]] {
  const [first, ...others] = (input.kind === 'values' && input.features) || []
  if (!first) throw new Error('no features')
  return [first, ...others]
}

describe('a table of functions', () => {
  const line = (name: string, points: number) =>
    Array.from({ length: points }, (_, x) => `${x},${name},${x * name.charCodeAt(0)},${-x}`).join('\n')
  const open = async (text: string, validation = 0, targets = ['y', 'z']) => {
    const folder = await Folder.make()
    const path = await folder.write('lines.csv', text)
    const settings = { kind: 'regression-csv', path, group: 'line', targets, split: { validation } }
    return openData(dataSchema.parse(settings), 1)
  }

  test('gives points of one function, no point twice', async () => {
    const data = await open(`x,line,y,z\n${line('a', 6)}\n${line('b', 8)}\n`)
    expect(data.outputs).toBe(2)
    const [{ mean, deviation }] = featuresIn(data.input)
    // Of 0 to 5 and 0 to 7.
    expect(mean).toBeCloseTo((15 + 28) / 14)
    expect(data.summary).toBe('2 functions with 6 to 8 points each, 0 of them held out')
    const random = seeded(1)
    const drawn = new Set<number>()
    for (let i = 0; i < 20; i++) {
      const { support, queries } = await data.training.draw(random, { ways: 0, shots: 4, queries: 2 })
      if (support.kind !== 'regression' || queries.kind !== 'regression') throw new Error('no regression')
      const xs = [...support.inputs, ...queries.inputs].map((input) => Math.round(at(input, 0) * deviation + mean))
      expect([xs.length, new Set(xs).size]).toEqual([6, 6])
      const targets = [...support.targets, ...queries.targets]
      const slopes = xs.flatMap((x, i) => (x === 0 ? [] : [at(at(targets, i), 0) / x]))
      expect(new Set(slopes).size).toBe(1)
      drawn.add(at(slopes, 0))
      expect(targets.map((target) => at(target, 1) + 0)).toEqual(xs.map((x) => -x + 0))
    }
    expect([...drawn].sort()).toEqual([97, 98])
  })

  test('holds whole functions out', async () => {
    const data = await open(`x,line,y,z\n${line('a', 6)}\n${line('b', 6)}\n${line('c', 6)}\n`, 2)
    expect(data.summary).toBe('3 functions with 6 points each, 2 of them held out')
    await data.validation.draw(seeded(1), { ways: 0, shots: 4, queries: 2 })
  })

  test('names a function with too few points', async () => {
    const data = await open(`x,line,y,z\n${line('a', 6)}\n${line('b', 3)}\n`)
    const drawn = data.training.draw(seeded(1), { ways: 0, shots: 4, queries: 2 })
    await expect(drawn).rejects.toThrow('The function b has 3 points where 6 are needed')
    const held = data.validation.draw(seeded(1), { ways: 0, shots: 1, queries: 0 })
    await expect(held).rejects.toThrow(TrainingError)
  })

  test('has targets that are columns, each once, and an input beside them', async () => {
    const text = `x,line,y,z\n${line('a', 3)}\n`
    await expect(open(text, 0, ['w'])).rejects.toThrow(/no column "w": name one of x, line, y, z/)
    await expect(open(text, 0, ['y', 'y'])).rejects.toThrow(/different columns/)
    await expect(open(text, 0, ['line'])).rejects.toThrow(/different columns/)
    await expect(open(text, 0, ['x', 'y', 'z'])).rejects.toThrow(/add an input/)
  })
})
