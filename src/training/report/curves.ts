/** The curves of a run: losses and validation by meta-iteration. */
import { type ChartPoint, chart, type Series } from './chart.js'
import { counted, isFigure, percent, whole } from './format.js'
import { type Content, html } from './html.js'
import type { Measurement, MetricsLine } from './report-data.js'

/** More points than this are drawn as means of so many groups, with the range of each. */
const MOST_POINTS = 240

export function curves(metrics: readonly MetricsLine[]): Content {
  const lines = [...metrics].sort((a, b) => a.iteration - b.iteration)
  if (lines.length === 0) return html`<section><h2>Training</h2><p class="empty">No metrics yet.</p></section>`
  const accuracies = validation(lines, ({ accuracy }) => accuracy)
  const errors = validation(lines, ({ error }) => error)
  return html`<section><h2>Training</h2><div class="charts">${losses(lines)}${
    accuracies.length > 0 &&
    chart({
      title: 'Accuracy on held-out classes',
      x: 'meta-iteration',
      y: 'accuracy',
      series: accuracies,
      least: 0,
      most: 1,
      formatX: whole,
      formatY: shortPercent,
      note: 'Bars: 95% intervals over tasks.',
    })
  }${
    errors.length > 0 &&
    chart({
      title: 'Error on held-out functions',
      x: 'meta-iteration',
      y: 'mean squared error',
      series: errors,
      logarithmic: true,
      formatX: whole,
      note: 'Bars: 95% intervals over tasks.',
    })
  }</div></section>`
}

function losses(lines: readonly MetricsLine[]): Content {
  const first = lines.map(({ iteration, firstLoss }) => ({ x: iteration, y: firstLoss }))
  const last = lines.map(({ iteration, lastLoss }) => ({ x: iteration, y: lastLoss }))
  const broken = lines.filter((line) =>
    [line.firstLoss, line.lastLoss].some((loss) => loss !== undefined && !isFigure(loss)),
  )
  const group = Math.ceil(lines.length / MOST_POINTS)
  return chart({
    title: 'Loss in the inner loop',
    x: 'meta-iteration',
    y: 'loss',
    series: [
      { name: 'before the first inner step', look: 'series-1', points: thinned(first, group), range: 'band' },
      { name: 'before the last inner step', look: 'series-2', points: thinned(last, group), range: 'band' },
    ],
    logarithmic: true,
    formatX: whole,
    note: html`Mean over the tasks of a meta-iteration${group > 1 && `; lines are means of ${group} measurements, shades their range`}.${
      broken.length > 0 &&
      html` <strong class="wrong">${counted(broken.length, 'measurement')} not finite, first at meta-iteration ${whole(broken[0]?.iteration ?? 0)}.</strong>`
    }`,
  })
}

/** One point for each `group` points: their mean, and the range that they cover. */
function thinned(points: readonly ChartPoint[], group: number): ChartPoint[] {
  if (group === 1) return [...points]
  const result: ChartPoint[] = []
  for (let i = 0; i < points.length; i += group) {
    const part = points.slice(i, i + group)
    const ys = part.map(({ y }) => y).filter(isFigure)
    const x = part.at(-1)?.x ?? 0
    if (ys.length === 0) result.push({ x, y: undefined })
    else
      result.push({ x, y: ys.reduce((sum, y) => sum + y, 0) / ys.length, low: Math.min(...ys), high: Math.max(...ys) })
  }
  return result
}

/** One line for each kind of task. */
function validation(
  lines: readonly MetricsLine[],
  pick: (measurement: Measurement) => number | null | undefined,
): Series[] {
  const byKind = new Map<string, ChartPoint[]>()
  for (const { iteration, validation } of lines)
    for (const measurement of validation ?? []) {
      const y = pick(measurement)
      if (y === undefined) continue
      const name = kindOf(measurement)
      const points = byKind.get(name) ?? []
      const half = isFigure(measurement.interval) && isFigure(y) ? measurement.interval : undefined
      points.push({ x: iteration, y, ...(half !== undefined && isFigure(y) && { low: y - half, high: y + half }) })
      byKind.set(name, points)
    }
  return [...byKind].map(([name, points], i) => ({ name, look: `series-${(i % 6) + 1}`, points, range: 'bars' }))
}

/** "5-way 1-shot", or "10 points" for a regression. */
export function kindOf({ ways, shots }: Measurement): string {
  return ways > 0 ? `${ways}-way ${shots}-shot` : counted(shots, 'example')
}

function shortPercent(value: number): string {
  return percent(value, Number.isInteger(Number((100 * value).toFixed(6))) ? 0 : 1)
}
