/** Line plots as SVG files of their own: they need no style sheet, and are readable on light and on dark paper. */
import { type Axis, axis, isWide, rounded, withoutGaps } from '../report/axis.js'
import { isFigure } from '../report/format.js'
import { type Content, type Html, html, trusted } from '../report/html.js'

export interface Plot {
  readonly title: string
  readonly x: string
  readonly y: string
  readonly lines: readonly Line[]
  /** `root`: places go with the square root, so that the first steps have room and 0 is on the axis. */
  readonly xScale?: 'linear' | 'root' | undefined
  /** A logarithmic y axis where the values are positive and lie far apart. */
  readonly logarithmic?: boolean | undefined
  /** The y axis goes no further. */
  readonly most?: number | undefined
}

export interface Line {
  readonly name: string
  /** By growing x; one whose y is no finite number is left out, and interrupts the line. */
  readonly points: readonly { readonly x: number; readonly y: number; readonly low?: number; readonly high?: number }[]
}

const WIDTH = 640
const HEIGHT = 400
const LEFT = 64
const RIGHT = 20
const TOP = 44
const BOTTOM = 52
const LEGEND_ROW = 20

/** Told apart by the colour-blind, too (Okabe & Ito), and dark or bright enough for both papers. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#b8860b', '#56b4e9', '#7f7f7f']
const DASHES = ['', '7 4', '2 3', '10 3 2 3']

const STYLE = `
svg { background: #ffffff; color: #1f2328; font: 13px system-ui, sans-serif }
text { fill: currentColor } .title { font-weight: 600; font-size: 15px }
.grid line { stroke: currentColor; opacity: 0.13 } .frame { stroke: currentColor; fill: none; opacity: 0.6 }
.line { fill: none; stroke-width: 2.2; stroke-linejoin: round } .band { opacity: 0.16; stroke: none }
@media (prefers-color-scheme: dark) { svg { background: #0d1117; color: #e6edf3 } .line, .dot, .band { filter: brightness(1.35) } }
`

/** The text of an SVG file. With no finite point at all it has axes and says so. */
export function plot({ title, x, y, lines, xScale = 'linear', logarithmic = false, most }: Plot): string {
  const scale = (value: number): number => (xScale === 'root' ? Math.sqrt(value) : value)
  const drawn = lines.map(({ name, points }) => ({ name, points: points.filter((point) => Number.isFinite(point.x)) }))
  const finite = drawn.flatMap(({ points }) => points).filter((point) => Number.isFinite(point.y))
  const values = finite.flatMap((point) => [point.y, point.low, point.high]).filter(isFigure)
  const positive = values.filter((value) => value > 0)
  const isLogarithmic = logarithmic && isWide(finite.map((point) => point.y))
  const height = HEIGHT + LEGEND_ROW * Math.ceil(lines.length / 2)
  const bottom = HEIGHT - BOTTOM
  const up = axis({
    values: isLogarithmic ? positive : values,
    from: bottom,
    to: TOP,
    logarithmic: isLogarithmic,
    most,
  })
  const [first, last] = [LEFT + 8, WIDTH - RIGHT - 8]
  const across = axis({ values: finite.map((point) => scale(point.x)), from: first, to: last, tight: true })
  const place = (value: number): number => across.place(scale(value))
  const floor = isLogarithmic ? positive.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY) : undefined
  const ticks = xScale === 'root' ? rootTicks(finite, place) : across.ticks
  const svg = html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${`${title}: ${y} by ${x}`}">
<style>${trusted(STYLE)}</style>
<text class="title" x="${LEFT}" y="26">${title}</text>
<g class="grid">${up.ticks.map(({ at }) => html`<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${rounded(at)}" y2="${rounded(at)}"/>`)}</g>
<path class="frame" d="M${LEFT} ${TOP}V${bottom}H${WIDTH - RIGHT}"/>
${up.ticks.map(({ at, label }) => html`<text x="${LEFT - 8}" y="${rounded(at + 4)}" text-anchor="end">${label}</text>`)}
${ticks.map(({ at, label }) => html`<path class="frame" d="M${rounded(at)} ${bottom}v5"/><text x="${rounded(at)}" y="${bottom + 19}" text-anchor="middle">${label}</text>`)}
<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 12}" text-anchor="middle">${x}</text>
<text transform="translate(16 ${(TOP + bottom) / 2}) rotate(-90)" text-anchor="middle">${y}${isLogarithmic && ' (logarithmic)'}</text>
${finite.length === 0 && html`<text x="${WIDTH / 2}" y="${HEIGHT / 2}" text-anchor="middle">no figures</text>`}
${drawn.map((line, index) => drawLine(line, index, place, up, { floor, most }))}
${drawn.map(({ name }, index) => legendOf(name, index))}
</svg>
`
  return svg.text
}

function drawLine(
  { points }: Line,
  index: number,
  across: (x: number) => number,
  up: Axis,
  {
    floor = Number.NEGATIVE_INFINITY,
    most = Number.POSITIVE_INFINITY,
  }: { floor?: number | undefined; most?: number | undefined },
): Html {
  const { colour, dashes } = lookOf(index)
  // An interval may reach to where no accuracy, or no logarithm, can be.
  const y = (value: number): number => rounded(up.place(Math.min(most, Math.max(value, floor))))
  const placed = points.map((point) => ({
    x: rounded(across(point.x)),
    y: Number.isFinite(point.y) ? y(point.y) : undefined,
    band: isFigure(point.low) && isFigure(point.high) ? ([y(point.low), y(point.high)] as const) : undefined,
  }))
  return html`<g>${withoutGaps(placed).map((piece): Content => {
    const bands = piece.flatMap((point) =>
      point.band ? [{ x: point.x, low: point.band[0], high: point.band[1] }] : [],
    )
    const outline = [
      ...bands.map(({ x, high }) => `${x} ${high}`),
      ...bands.reverse().map(({ x, low }) => `${x} ${low}`),
    ]
    return html`${outline.length > 2 && html`<path class="band" fill="${colour}" d="M${outline.join('L')}Z"/>`}
${piece.length > 1 && html`<path class="line" stroke="${colour}" stroke-dasharray="${dashes}" d="M${piece.map((point) => `${point.x} ${point.y}`).join('L')}"/>`}
${piece.map((point) => html`<circle class="dot" fill="${colour}" cx="${point.x}" cy="${point.y ?? 0}" r="3.2"/>`)}`
  })}</g>`
}

/** Two names a row, below the plot. */
function legendOf(name: string, index: number): Html {
  const { colour, dashes } = lookOf(index)
  const left = LEFT + (index % 2) * ((WIDTH - LEFT - RIGHT) / 2)
  const middle = HEIGHT + LEGEND_ROW * Math.floor(index / 2) + 4
  return html`<path class="line" stroke="${colour}" stroke-dasharray="${dashes}" d="M${left} ${middle}h26"/><text x="${left + 34}" y="${middle + 4}">${name}</text>
`
}

/** Ticks where there are points, as many as have room. */
function rootTicks(points: readonly { x: number }[], place: (x: number) => number): { at: number; label: string }[] {
  const ticks: { at: number; label: string }[] = []
  for (const x of [...new Set(points.map((point) => point.x))].sort((a, b) => a - b)) {
    const at = place(x)
    if (at - (ticks.at(-1)?.at ?? Number.NEGATIVE_INFINITY) >= 26) ticks.push({ at, label: String(x) })
  }
  return ticks
}

function lookOf(index: number): { colour: string; dashes: string } {
  return {
    colour: COLOURS[index % COLOURS.length] ?? '',
    dashes: DASHES[Math.floor(index / COLOURS.length) % DASHES.length] ?? '',
  }
}
