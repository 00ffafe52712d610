/** The report page of a run: one file that opens from disk and fetches nothing. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { replaceFile } from '../run/atomic-file.js'
import { confusions } from './confusions.js'
import { curves } from './curves.js'
import { figures } from './figures.js'
import { counted, isFigure } from './format.js'
import { functions } from './functions.js'
import { html, trusted } from './html.js'
import type { ReportData } from './report-data.js'
import { samples } from './samples.js'
import { script } from './script.js'
import { settingsTable } from './settings-table.js'
import { style } from './style.js'

/** Writes FOLDER/report.html whole or not at all, and gives its path. Throws TrainingError where it cannot be written. */
export async function writeReport(folder: string, data: ReportData): Promise<string> {
  const file = join(folder, 'report.html')
  await replaceFile(file, renderReport(data))
  return file
}

/** The page. The same data give the same bytes. */
export function renderReport(data: ReportData): string {
  const { title, summary, command, settings, metrics } = data
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} - meta-training</title>
<style>${trusted(style)}</style>
</head>
<body>
<header><p class="what">Reptile meta-training</p><h1>${title}</h1>${summary !== undefined && html`<p class="summary">${summary}</p>`}${progress(data)}</header>
<main>
${figures(data.final ?? [])}
${curves(metrics)}
${functions(data.regression ?? [])}
${samples(data.samples ?? [])}
${confusions(data.confusion)}
${settingsTable(settings, command)}
</main>
<footer>Written by reptile-serve. Reptile: Nichol, Achiam, Schulman, <cite>On First-Order Meta-Learning Algorithms</cite>, arXiv 1803.02999.</footer>
<script>${trusted(script)}</script>
</body>
</html>
`.text
}

function progress({ metrics }: ReportData) {
  const last = metrics.reduce((last, { iteration }) => Math.max(last, iteration), 0)
  const rates = metrics.map(({ rate }) => rate).filter(isFigure)
  if (last === 0) return undefined
  const rate = rates.reduce((sum, rate) => sum + rate, 0) / rates.length
  return html`<p class="progress">${counted(last, 'meta-iteration')}${rates.length > 0 && `, ${rate.toFixed(1)} a second`}</p>`
}

/** Even if something slipped through, nothing is fetched and no other script runs. */
function policy(): string {
  const hash = createHash('sha256').update(script).digest('base64')
  return `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`
}
