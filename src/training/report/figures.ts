/** What came out: large figures, and a table of all of them, each with its 95% interval. */
import { kindOf } from './curves.js'
import { counted, figure, percent, whole } from './format.js'
import { type Content, html } from './html.js'
import type { FinalFigure } from './report-data.js'

/** More than this are for the table. */
const MOST_LARGE = 6

export function figures(final: readonly FinalFigure[]): Content {
  const [first] = final
  if (!first) return undefined
  const main = final.filter((one) => protocolOf(one) === protocolOf(first))
  const large = main.slice(0, MOST_LARGE)
  return html`<section><h2>Result</h2><div class="tiles">${large.map(tile)}</div>${
    final.length > large.length && table(final)
  }<p class="note">Measured on classes or functions that meta-training never saw; &plusmn; is the 95% interval of the mean over tasks${
    first.tasks !== undefined && ` (${whole(first.tasks)} of each kind)`
  }.${protocolOf(first) !== '' && ` Large figures: ${protocolOf(first)}.`}</p></section>`
}

function tile(one: FinalFigure): Content {
  return html`<div class="tile"><div class="kind">${kindOf(one)}, ${isAccuracy(one) ? 'accuracy' : 'squared error'}</div>
<div class="large">${value(one)}</div><div class="interval">&plusmn; ${interval(one)}</div></div>`
}

/** A row a kind of task, a column a protocol. */
function table(final: readonly FinalFigure[]): Content {
  const protocols = [...new Set(final.map(protocolOf))]
  const kinds = [...new Set(final.map(kindOf))]
  return html`<div class="wide"><table class="figures"><thead><tr><th>tasks</th>${protocols.map(
    (name) => html`<th class="number">${name}</th>`,
  )}</tr></thead><tbody>${kinds.map(
    (kind) =>
      html`<tr><th scope="row">${kind}</th>${protocols.map((name) => {
        const found = final.filter((one) => kindOf(one) === kind && protocolOf(one) === name)
        return html`<td class="number">${found.map((one) => html`<div>${value(one)} <small>&plusmn; ${interval(one)}</small></div>`)}</td>`
      })}</tr>`,
  )}</tbody></table></div>`
}

/** "served, 50 steps"; empty where nothing is said of it. */
function protocolOf({ protocol, steps }: FinalFigure): string {
  return [protocol, steps !== undefined && counted(steps, 'step')].filter((part) => part).join(', ')
}

function isAccuracy({ accuracy }: FinalFigure): boolean {
  return accuracy !== undefined
}

function value(one: FinalFigure): string {
  return isAccuracy(one) ? percent(one.accuracy) : figure(one.error)
}

function interval(one: FinalFigure): string {
  return isAccuracy(one) ? percent(one.interval) : figure(one.interval)
}
