/** The page as a whole: what it shows, and that nothing from the data or from outside gets into it. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { renderReport, writeReport } from '../../../src/training/report/report.js'
import type { MetricsLine, ReportData } from '../../../src/training/report/report-data.js'
import { TrainingError } from '../../../src/training/training-error.js'
import { everything, hostile } from './report-data.js'

const folder = await mkdtemp(join(tmpdir(), 'report-'))
afterAll(() => rm(folder, { recursive: true }))

const empty: ReportData = { title: 'new-model', metrics: [] }
const withMetrics = (metrics: readonly MetricsLine[]): string => renderReport({ ...empty, metrics })

test('is written whole, and over an older one', async () => {
  await writeReport(folder, empty)
  const file = await writeReport(folder, everything(['one', 'two']))
  expect(file).toBe(join(folder, 'report.html'))
  expect(await readdir(folder)).toEqual(['report.html'])
  expect(await readFile(file, 'utf8')).toBe(renderReport(everything(['one', 'two'])))
})

test('a folder that is not there is said so', async () => {
  await expect(writeReport(join(folder, 'nowhere'), empty)).rejects.toThrow(TrainingError)
})

test('shows every part, in tags that fit together', () => {
  const page = renderReport(everything(['one', 'two']))
  expectSound(page)
  expect([...page.matchAll(/<h2>([^<]*)/g)].map(([, title]) => title)).toEqual([
    'Result',
    'Training',
    'Sample functions',
    'Sample tasks',
    'Confusion',
    'Settings',
  ])
  expect(page).toContain('97.31%')
  expect(page).toContain('&plusmn; 0.41%')
  expect(page).toContain('3 of 4 right after 5 inner steps')
  expect(page).toContain('<div class="query is-wrong" title="wrong, taken for two, confidence 61%">')
  expect(page).toMatch(/\.query\.is-wrong \{ background:/)
  expect(page).toContain('7 queries of 100 (7.00%)')
  expect(page).toContain('3 of 20 queries')
  expect(page).toContain('conv2d, filters 64')
  expect(page).toMatch(/<th scope="row" title="shots">shots<\/th><td>1, 5<\/td>/)
})

test('names from the data stay text, and nothing is fetched', () => {
  const page = renderReport(everything(hostile))
  expectSound(page)
  expect(page.match(/<script/g)).toHaveLength(1)
  expect(page.match(/<style/g)).toHaveLength(1)
  for (const [, url] of page.matchAll(/<[^>]* (?:src|href|action|data|xlink:href)="([^"]*)"/g))
    expect(url).toMatch(/^data:image\/png;base64,[\w+/=]+$/)
  for (const [tag] of page.matchAll(/<[^>]*>/g)) expect(tag).not.toMatch(/\son\w+\s*=(?!&)/i)
  expect(page).not.toMatch(/@import|url\(|<link|<iframe|<object|<base/)
  expect(page).toContain('content="default-src &#39;none&#39;; img-src data:;')
})

test('the same data give the same bytes', () => {
  expect(renderReport(everything(['one', 'two']))).toBe(renderReport(everything(['one', 'two'])))
})

test('nothing measured yet', () => {
  const page = renderReport(empty)
  expectSound(page)
  expect(page).toContain('No metrics yet.')
  expect(page).not.toContain('<svg')
})

test('one line of metrics is a dot', () => {
  const page = withMetrics([{ iteration: 10, firstLoss: 1.5, lastLoss: 0.5, rate: 3 }])
  expectSound(page)
  expect(page.match(/<circle class="dot"/g)).toHaveLength(2)
  expect(page).not.toMatch(/NaN|Infinity|undefined/)
})

test.each([Number.NaN, null, Number.POSITIVE_INFINITY])('a loss of %s is a gap that is said', (loss) => {
  const lines = [1, 2, 3, 4, 5, 6].map((iteration) => ({
    iteration,
    firstLoss: 1,
    lastLoss: iteration === 4 ? loss : 0.5,
  }))
  const page = withMetrics(lines)
  expectSound(page)
  expect(page).toContain('1 measurement not finite, first at meta-iteration 4.')
  // The first loss is one line, the last one two; each has its stroke in the legend.
  expect(page.match(/<path class="line"/g)).toHaveLength(2 + 3)
  expect(page).not.toMatch(/NaN|Infinity|undefined/)
})

test('nothing but losses that are not finite', () => {
  const page = withMetrics([{ iteration: 1, firstLoss: Number.NaN, lastLoss: Number.NaN }])
  expectSound(page)
  expect(page).toContain('No figures yet.')
  expect(page).toContain('1 measurement not finite')
})

test('figures that are not finite are no figures', () => {
  const page = renderReport({ ...empty, final: [{ ways: 0, shots: 10, error: Number.NaN, interval: null }] })
  expectSound(page)
  expect(page).toContain('n/a')
  expect(page).not.toMatch(/NaN|Infinity|undefined/)
})

test('a hundred thousand lines are drawn as some hundred points', () => {
  const lines = Array.from({ length: 100_000 }, (_, i) => ({ iteration: i + 1, firstLoss: 2, lastLoss: 1 + (i % 2) }))
  const page = withMetrics(lines)
  expectSound(page)
  expect(page.length).toBeLessThan(120_000)
  expect(page).toContain('lines are means of 417 measurements')
  expect(page).toContain('100,000 meta-iterations')
})

test('lines in any order give the same curves', () => {
  const { metrics } = everything(['one', 'two'])
  expect(withMetrics([...metrics].reverse())).toBe(withMetrics(metrics))
})

const withoutEnd = new Set(['meta', 'img', 'wbr', '!doctype'])

/** Every tag is closed by its own. */
function expectSound(page: string): void {
  const open: string[] = []
  const body = page.replace(/(<(style|script)>)[\s\S]*?(<\/\2>)/g, '$1$3')
  for (const [, slash, name = '', self] of body.matchAll(/<(\/?)([a-z!][\w-]*)(?:\s+[\w-]+(?:="[^"]*")?)*\s*(\/?)>/g)) {
    if (slash) expect(name).toBe(open.pop())
    else if (!self && !withoutEnd.has(name)) open.push(name)
  }
  expect(open).toEqual([])
  // What is left besides tags and text would be a tag that was not understood.
  expect(body.replace(/<(\/?)([a-z!][\w-]*)(?:\s+[\w-]+(?:="[^"]*")?)*\s*(\/?)>/g, '')).not.toMatch(/[<>]/)
}
