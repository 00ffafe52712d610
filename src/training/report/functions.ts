/** Sample regressions: the sine figure of the paper (figure 1), or predicted against true values. */
import { chart, type Series } from './chart.js'
import { counted, figure } from './format.js'
import { type Content, html } from './html.js'
import type { Prediction, SampleFunction } from './report-data.js'

export function functions(samples: readonly SampleFunction[]): Content {
  if (samples.length === 0) return undefined
  const isCurve = samples[0]?.kind === 'curve'
  return html`<section><h2>Sample functions</h2><p class="note">${
    isCurve
      ? 'Held-out functions: the dots are all that was learned from, the dashed line is the true function, the others are predictions after so many inner steps.'
      : 'Held-out functions: predicted against true values; exact predictions lie on the dashed line.'
  }</p><div class="charts">${samples.map(sample)}</div></section>`
}

function sample(one: SampleFunction, index: number): Content {
  const last = one.predictions.at(-1)
  const title = `Function ${index + 1}${last ? `: squared error ${figure(last.error)} after ${counted(last.steps, 'inner step')}` : ''}`
  return one.kind === 'curve'
    ? chart({ title, x: 'x', y: 'y', series: curve(one) })
    : chart({ title, x: 'true', y: 'predicted', series: outputs(one) })
}

function curve({ support, truth, predictions }: SampleFunction): Series[] {
  return [
    { name: 'true', look: 'truth', points: truth.map(([x, y]) => ({ x, y })), marks: 'line' },
    ...predictions.map((prediction, i) => predicted(prediction, i, predictions.length, 'line')),
    {
      name: counted(support.length, 'example'),
      look: 'examples',
      points: support.map(([x, y]) => ({ x, y })),
      marks: 'dots',
    },
  ]
}

function outputs({ predictions }: SampleFunction): Series[] {
  const values = predictions.flatMap(({ points }) => points.map(([x]) => x))
  const ends = [values.reduce((a, b) => Math.min(a, b), 0), values.reduce((a, b) => Math.max(a, b), 0)]
  return [
    { name: 'exact', look: 'truth', points: ends.map((x) => ({ x, y: x })), marks: 'line' },
    ...predictions.map((prediction, i) => predicted(prediction, i, predictions.length, 'dots')),
  ]
}

/** The last is always the strongest colour. */
function predicted({ steps, points }: Prediction, index: number, count: number, marks: 'line' | 'dots'): Series {
  const look = `step-${Math.max(1, 4 - (count - 1 - index))}`
  return { name: counted(steps, 'step'), look, points: points.map(([x, y]) => ({ x, y })), marks }
}
