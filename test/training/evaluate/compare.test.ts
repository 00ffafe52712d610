import { afterAll, describe, expect, test } from 'vitest'
import { OnnxEngine } from '../../../src/engine/onnx/engine.js'
import { fromScratch } from '../../../src/training/baselines/scratch.js'
import { compareModels } from '../../../src/training/evaluate/compare.js'
import { comparisonPlot, comparisonTable } from '../../../src/training/evaluate/comparison-figures.js'
import { evaluateModel } from '../../../src/training/evaluate/evaluate.js'
import { plot } from '../../../src/training/evaluate/plot.js'
import { asMarkdown, asText } from '../../../src/training/evaluate/table.js'
import { TrainingError } from '../../../src/training/training-error.js'
import { classifier, modelOf, regressor } from '../../learner/small-models.js'
import { blots, lines } from './toy-sources.js'

const engine = OnnxEngine.create({ workers: 2, threads: 1 })
afterAll(() => engine.close())

const settings = { ways: 3, shots: 2, episodes: 8, seed: 1, steps: [0, 1, 30] }
const contenders = [
  { name: 'prototypes', model: modelOf(classifier()) },
  { name: 'scratch | SGD', model: fromScratch(classifier(), { optimizer: 'sgd', seed: 1 }), learningRate: 0.3 },
]

describe('a comparison', () => {
  test('measures every model by itself on the same tasks', async () => {
    const comparison = await compareModels(engine, contenders, blots(9), settings)
    expect(comparison.rows.map(({ name }) => name)).toEqual(['prototypes', 'scratch | SGD'])
    for (const [index, { model, learningRate }] of contenders.entries()) {
      const alone = await evaluateModel(engine, model, blots(9), { ...settings, learningRate, protocols: ['served'] })
      expect(comparison.rows[index]?.points).toEqual(alone.protocols.served)
    }
    const text = asText(comparisonTable(comparison)).split('\n')
    expect(text[0]).toMatch(/^accuracy in % +rate +0 steps +1 step +30 steps$/)
    expect(text[2]).toMatch(/^scratch \| SGD +0\.3 +33\.33 ± 0\.00 /)
    expect(new Set(text.slice(0, 3).map((line) => line.length)).size).toBe(1)
    // A bar in a name does not make a column.
    const cells = asMarkdown(comparisonTable(comparison)).split('\n')[3]?.replaceAll('\\|', '').split('|')
    expect(cells).toHaveLength(7)
  })

  test('of functions has a plot with a line a model', async () => {
    const functions = { ways: 0, shots: 6, episodes: 4, seed: 1, steps: [0, 2] }
    const own = [
      { name: 'one <b>', model: modelOf(regressor()) },
      { name: 'two', model: modelOf(regressor(), 2) },
    ]
    const svg = comparisonPlot(await compareModels(engine, own, lines, functions))
    expect(svg).toContain('mean squared error')
    expect(svg).toContain('one &lt;b&gt;')
    expect(svg.match(/<circle/g)).toHaveLength(4)
  })

  test('of nothing is refused', async () => {
    await expect(compareModels(engine, [], blots(9), settings)).rejects.toThrow(TrainingError)
  })
})

describe('a plot', () => {
  const line = (ys: number[]) => ({ name: 'line', points: ys.map((y, x) => ({ x, y, low: y - 1, high: y + 1 })) })
  const words = { title: 'title', x: 'x', y: 'y' }

  test.each([
    ['nothing', { lines: [] }],
    ['an empty line', { lines: [line([])] }],
    ['one point', { lines: [line([3])] }],
    ['the same again', { lines: [line([3, 3, 3])] }],
    ['no numbers', { lines: [line([Number.NaN, Number.NaN])] }],
    ['numbers and none', { lines: [line([1, Number.NaN, 2, Number.POSITIVE_INFINITY])] }],
    ['intervals below zero on a logarithmic axis', { lines: [line([0.01, 500])], logarithmic: true }],
    ['roots', { lines: [line([1, 2, 3])], xScale: 'root' as const }],
    ['more lines than colours', { lines: Array.from({ length: 12 }, () => line([1, 2])) }],
  ])('draws %s', (_, changes) => {
    const svg = plot({ ...words, ...changes })
    expect(svg).toMatch(/^<svg [\s\S]*<\/svg>\n$/)
    expect(svg).not.toMatch(/NaN|Infinity|undefined/)
    for (const [, x, y] of svg.matchAll(/cx="([^"]+)" cy="([^"]+)"/g)) {
      expect(Number(x)).toBeGreaterThanOrEqual(64)
      expect(Number(x)).toBeLessThanOrEqual(620)
      expect(Number(y)).toBeGreaterThanOrEqual(44)
      expect(Number(y)).toBeLessThanOrEqual(348)
    }
  })

  test('has larger numbers further up, and a gap where there is none', () => {
    const svg = plot({ ...words, lines: [line([1, 2, Number.NaN, 4, 5])] })
    const ys = [...svg.matchAll(/cy="([^"]+)"/g)].map(([, y]) => Number(y))
    expect(ys).toEqual([...ys].sort((a, b) => b - a))
    // Two pieces, and one in the legend.
    expect(svg.match(/class="line"/g)).toHaveLength(3)
  })
})
