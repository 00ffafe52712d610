/** Which held-out classes are confused most. */
import { counted, percent, whole } from './format.js'
import { type Content, html, named } from './html.js'
import type { ConfusedPair, Confusion } from './report-data.js'
import { show } from './shown.js'

/** More are not read. */
const MOST_PAIRS = 12

export function confusions(confusion: Confusion | undefined): Content {
  if (!confusion) return undefined
  const { ways, shots, tasks, queries, wrong, pairs } = confusion
  return html`<section><h2>Confusion</h2>
<p>${counted(wrong, 'query', 'queries')} of ${whole(queries)} (${percent(queries > 0 ? wrong / queries : 0)}) were taken for another class, in
${counted(tasks, 'task')} of ${ways} ways and ${counted(shots, 'shot')} from held-out classes.${
    pairs.length > 0 &&
    ` The ${pairs.length > MOST_PAIRS ? `${MOST_PAIRS} pairs` : 'pairs'} confused most, each with the mistake that was made with most confidence, and how many of the class\u2019s queries in tasks that had both:`
  }</p>
${pairs.length > 0 && html`<div class="pairs">${pairs.slice(0, MOST_PAIRS).map(pair)}</div>`}</section>`
}

function pair({ truth, taken, count, of, example }: ConfusedPair): Content {
  return html`<article class="pair"><div class="trio">
<figure>${show(example.query, `query of class ${truth}`)}<figcaption>query</figcaption></figure><span class="is">is</span>
<figure>${show(example.truth, `example of class ${truth}`)}<figcaption title="${truth}">${named(truth)}</figcaption></figure><span class="is">taken for</span>
<figure class="wrong-answer">${show(example.taken, `example of class ${taken}`)}<figcaption title="${taken}">${named(taken)}</figcaption></figure></div>
<p><strong>${whole(count)} of ${counted(of, 'query', 'queries')}</strong>, this one with confidence ${percent(example.confidence, 0)}</p>
<div class="confidence"><i style="width:${percent(of > 0 ? count / of : 0, 0)}"></i></div></article>`
}
