/** Settings of any shape as tables, one a group: rows are dotted paths. */
import { type Content, html } from './html.js'

export function settingsTable(settings: unknown, command: string | undefined): Content {
  if (settings === undefined && command === undefined) return undefined
  return html`<section><h2>Settings</h2>${command !== undefined && html`<pre class="command">${command}</pre>`}
<div class="settings">${groupsOf(settings).map(
    ({ name, rows }) =>
      html`<table><caption>${name}</caption><tbody>${rows.map(([key, value]) => html`<tr><th scope="row" title="${key}">${key}</th><td>${value}</td></tr>`)}</tbody></table>`,
  )}</div></section>`
}

interface Group {
  readonly name: string
  readonly rows: readonly (readonly [string, string])[]
}

/** What stands at the top without a group of its own comes first. */
function groupsOf(settings: unknown): Group[] {
  if (!isRecord(settings)) return settings === undefined ? [] : [{ name: 'run', rows: flat('', settings) }]
  const entries = Object.entries(settings)
  const alone = entries.filter(([, value]) => !isRecord(value)).flatMap(([key, value]) => flat(key, value))
  const groups = entries
    .filter(([, value]) => isRecord(value))
    .map(([name, value]) => ({ name, rows: flat('', value) }))
  return [...(alone.length > 0 ? [{ name: 'run', rows: alone }] : []), ...groups]
}

function flat(path: string, value: unknown): [string, string][] {
  if (Array.isArray(value) && value.some((item) => typeof item === 'object' && item !== null))
    return value.map((item, i) => [`${path} ${i + 1}`.trim(), inline(item)])
  if (!isRecord(value)) return [[path, inline(value)]]
  const entries = Object.entries(value)
  return entries.length === 0
    ? [[path, 'none']]
    : entries.flatMap(([key, inner]) => flat(path === '' ? key : `${path}.${key}`, inner))
}

/** In one line: a layer is "conv2d, filters 64, kernel 3". */
function inline(value: unknown): string {
  if (value === null || value === undefined) return 'none'
  if (Array.isArray(value)) return value.map(inline).join(', ')
  if (isRecord(value))
    return Object.entries(value)
      .map(([key, inner]) => (key === 'type' || key === 'kind' ? inline(inner) : `${key} ${inline(inner)}`))
      .join(', ')
  return String(value)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
