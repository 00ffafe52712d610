/** A comparison as a table and as a plot. */
import { at } from '../../program/program.js'
import type { Comparison } from './compare.js'
import { formatted, taskName, unitOf } from './figures.js'
import { plot } from './plot.js'
import type { Table } from './table.js'

/** One row a model, one column a number of inner steps; accuracy in percent. */
export function comparisonTable({ metric, rows }: Comparison): Table {
  const steps = rows[0]?.points.map((point) => `${point.steps} ${point.steps === 1 ? 'step' : 'steps'}`) ?? []
  return {
    head: [unitOf(metric), 'rate', ...steps],
    rows: rows.map(({ name, learningRate, points }) => [
      name,
      String(learningRate),
      ...points.map((point) => formatted(metric, point)),
    ]),
  }
}

/** SVG: a line a model with its 95% intervals. */
export function comparisonPlot(comparison: Comparison): string {
  const { metric, rows } = comparison
  const percent = metric === 'accuracy' ? 100 : 1
  return plot({
    title: titleOf(comparison),
    x: 'inner steps',
    y: unitOf(metric),
    // Most happens in the first steps.
    xScale: at(rows, 0).points.some(({ steps }) => steps > 20) ? 'root' : 'linear',
    logarithmic: metric === 'squared error',
    most: metric === 'accuracy' ? 100 : undefined,
    lines: rows.map(({ name, points }) => ({
      name,
      points: points.map(({ steps, mean, interval }) => ({
        x: steps,
        y: percent * mean,
        low: percent * (mean - interval),
        high: percent * (mean + interval),
      })),
    })),
  })
}

export function titleOf(comparison: Comparison): string {
  const { protocol, episodes } = comparison
  return `${taskName(comparison)}, ${protocol}, ${episodes} tasks`
}
