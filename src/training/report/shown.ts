/** An input on the page: an image, or numbers as bars. */
import { figure } from './format.js'
import { type Content, html } from './html.js'
import type { Shown } from './report-data.js'

/** Images that are larger are shown at the page's size, smaller ones with visible pixels. */
const SMALL = 56

/** More numbers than this are too many to be told apart. */
const MOST_BARS = 64

/** `alt`: what it is, for those who cannot see it. */
export function show(shown: Shown, alt: string): Content {
  if (shown.kind === 'values') return bars(shown.values, alt)
  const { url, height, width, ink } = shown
  const looks = [ink && 'ink', Math.max(height, width) < SMALL && 'pixels'].filter((look) => look !== false)
  return html`<span class="picture"><img class="${looks.join(' ')}" src="${url}" alt="${alt}"></span>`
}

function bars(values: readonly number[], alt: string): Content {
  const seen = values.slice(0, MOST_BARS)
  const most = seen.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1
  const width = 56 / seen.length
  const title = `${alt}: ${seen.map(figure).join(', ')}${values.length > seen.length ? ', ...' : ''}`
  return html`<span class="picture"><svg class="series-1" viewBox="0 0 56 56" role="img" aria-label="${title}"><title>${title}</title><path class="axis" d="M0 28H56"/>${seen.map(
    (value, i) => {
      const size = Number.isFinite(value) ? (26 * Math.abs(value)) / most : 0
      return html`<rect class="area" x="${(i * width).toFixed(2)}" width="${Math.max(0.5, width * 0.8).toFixed(2)}" y="${(value > 0 ? 28 - size : 28).toFixed(2)}" height="${size.toFixed(2)}"/>`
    },
  )}</svg></span>`
}
