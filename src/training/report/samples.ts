/** Sample tasks: what was learned from, what was asked, and what came back. */
import { counted, percent } from './format.js'
import { type Content, html, named } from './html.js'
import type { SampleClass, SampleQuery, SampleTask } from './report-data.js'
import { show } from './shown.js'

/** What a task has room for in one of two columns, as style.ts has it. */
const COLUMN = 516

export function samples(tasks: readonly SampleTask[]): Content {
  if (tasks.length === 0) return undefined
  return html`<section><h2>Sample tasks</h2>
<p class="note">Drawn at random from held-out classes. Left: the support set, all that was learned from. Right: queries,
with the answer&rsquo;s confidence as a bar; on red, answers that are wrong, with the class that the query was taken for.</p>
<div class="tasks">${tasks.map(sampleTask)}</div></section>`
}

function sampleTask({ shots, steps, classes }: SampleTask, index: number): Content {
  const queries = classes.flatMap((one, truth) => one.queries.map(({ predicted }) => predicted === truth))
  const right = queries.filter((isRight) => isRight).length
  const isBroad = classes.some((one) => widthOf(one) > COLUMN)
  return html`<article class="task${isBroad && ' broad'}"><h3>Task ${index + 1}: ${classes.length}-way ${shots}-shot <span class="score">${right} of ${queries.length} right after ${counted(
    steps,
    'inner step',
  )}</span></h3>
<div class="wide"><table><thead><tr><th>class</th><th>support</th><th>queries</th></tr></thead><tbody>${classes.map(
    (one, truth) =>
      html`<tr><th scope="row"><div class="name" title="${one.name}">${named(one.name)}</div></th><td><div class="row">${one.support.map(
        (shown) => show(shown, `example of ${one.name}`),
      )}</div></td><td><div class="row">${one.queries.map((asked) => query(asked, truth, classes))}</div></td></tr>`,
  )}</tbody></table></div></article>`
}

function query({ shown, predicted, confidence }: SampleQuery, truth: number, classes: readonly SampleClass[]): Content {
  const isRight = predicted === truth
  const taken = classes[predicted]?.name ?? 'none of the classes'
  const said = `${isRight ? 'right' : `wrong, taken for ${taken}`}, confidence ${percent(confidence, 0)}`
  return html`<div class="query ${isRight ? 'is-right' : 'is-wrong'}" title="${said}">${show(shown, `query, ${said}`)}<div class="confidence"><i style="width:${percent(
    Number.isFinite(confidence) ? confidence : 0,
    0,
  )}"></i></div><div class="said">${isRight ? '✓' : '✗'} ${percent(confidence, 0)}</div>${!isRight && html`<div class="taken">${named(lastPart(taken))}</div>`}</div>`
}

/** Of a path as class names are: the whole does not fit below an image, and stands where the class has its row. */
function lastPart(name: string): string {
  return name.split('/').at(-1) || name
}

/** Of a row of the table, in CSS pixels, roughly. */
function widthOf({ name, support, queries }: SampleClass): number {
  return Math.min(112, 7 * name.length) + (54 * support.length - 6) + (88 * queries.length - 8) + 58
}
