/** Line charts as SVG inside of the page: its style sheet gives the colours, its script reads values out under the pointer. */
import { type Axis, axis, isWide, rounded, withoutGaps } from './axis.js'
import { figure, isFigure } from './format.js'
import { type Content, type Html, html } from './html.js'

export interface Series {
  readonly name: string
  /** A class of the style sheet: series-1 ... series-6, step-1 ... step-6, truth. */
  readonly look: string
  /** By growing x. Where y is no finite number the line has a gap. */
  readonly points: readonly ChartPoint[]
  /** `band`: the range as an area around the line; `bars`: one error bar a point. */
  readonly range?: 'band' | 'bars' | undefined
  /** Default: a line, with dots where there are few points. */
  readonly marks?: 'line' | 'dots' | undefined
}

export interface ChartPoint {
  readonly x: number
  readonly y: number | null | undefined
  /** What `range` goes from and to. */
  readonly low?: number | undefined
  readonly high?: number | undefined
}

export interface Chart {
  readonly title: string
  readonly x: string
  readonly y: string
  readonly series: readonly Series[]
  /** Allows a logarithmic axis of y, which is taken where the values need it. */
  readonly logarithmic?: boolean | undefined
  /** Between these y must lie: accuracy between 0 and 1. */
  readonly least?: number | undefined
  readonly most?: number | undefined
  readonly formatX?: ((value: number) => string) | undefined
  readonly formatY?: ((value: number) => string) | undefined
  readonly note?: Content
}

const WIDTH = 560
const HEIGHT = 300
const LEFT = 66
const RIGHT = 24
const TOP = 12
const BOTTOM = 44
/** Fewer points than this are dots as well. */
const FEW = 25

export function chart(settings: Chart): Html {
  const { title, series, formatX = figure, formatY = figure, least, most } = settings
  const within = (value: number | undefined) =>
    isFigure(value) ? Math.min(most ?? value, Math.max(least ?? value, value)) : undefined
  const drawn = series.map((one) => ({
    ...one,
    points: one.points
      .filter(({ x }) => Number.isFinite(x))
      .map(({ x, y, low, high }) => ({ x, y, low: within(low), high: within(high) })),
  }))
  const points = drawn.flatMap((one) => one.points).filter(({ y }) => isFigure(y))
  if (points.length === 0)
    return html`<figure class="chart"><figcaption><h3>${title}</h3></figcaption>
<p class="empty">No figures yet.</p>${noteOf(settings)}</figure>`
  const values = points.flatMap(({ y, low, high }) => [y, low, high]).filter(isFigure)
  const bottom = HEIGHT - BOTTOM
  const across = axis({
    values: points.map(({ x }) => x),
    from: LEFT + 6,
    to: WIDTH - RIGHT - 6,
    format: formatX,
    tight: true,
  })
  const isLogarithmic = settings.logarithmic === true && isWide(values)
  const up = axis({ values, from: bottom, to: TOP, logarithmic: isLogarithmic, least, most, format: formatY })
  return html`<figure class="chart"><figcaption><h3>${title}</h3>${legend(drawn)}</figcaption>
<div class="plot"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${`${title}: ${settings.y} by ${settings.x}`}" data-read="${readings(
    drawn,
    across,
    formatX,
    formatY,
    settings.x,
  )}">
<g class="grid">${up.ticks.map(({ at }) => html`<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${rounded(at)}" y2="${rounded(at)}"/>`)}</g>
<g class="ticks">${up.ticks.map(({ at, label }) => html`<text x="${LEFT - 8}" y="${rounded(at + 4)}" text-anchor="end">${label}</text>`)}
${across.ticks.map(({ at, label }) => html`<line x1="${rounded(at)}" x2="${rounded(at)}" y1="${bottom}" y2="${bottom + 5}"/><text x="${rounded(at)}" y="${bottom + 19}" text-anchor="middle">${label}</text>`)}
<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${bottom}" y2="${bottom}"/></g>
<g class="names"><text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 6}" text-anchor="middle">${settings.x}</text>
<text transform="translate(13 ${(TOP + bottom) / 2}) rotate(-90)" text-anchor="middle">${settings.y}${isLogarithmic && ' (logarithmic)'}</text></g>
${drawn.map((one) => drawSeries(one, across, up))}<line class="cursor" y1="${TOP}" y2="${bottom}" visibility="hidden"/></svg></div>
${noteOf(settings)}</figure>`
}

function noteOf({ note }: Chart): Content {
  return note !== undefined && html`<p class="note">${note}</p>`
}

function legend(series: readonly Series[]): Content {
  return html`<ul class="legend">${series.map(
    ({ name, look, marks }) =>
      html`<li class="${look}"><svg viewBox="0 0 22 10" width="22" height="10" aria-hidden="true">${
        marks === 'dots' ? html`<circle class="dot" cx="11" cy="5" r="4"/>` : html`<path class="line" d="M1 5H21"/>`
      }</svg>${name}</li>`,
  )}</ul>`
}

function drawSeries({ look, points, range, marks }: Series, across: Axis, up: Axis): Content {
  const placed = points.map(({ x, y, low, high }) => ({
    x: rounded(across.place(x)),
    y: isFigure(y) ? rounded(up.place(y)) : undefined,
    low: isFigure(low) ? rounded(up.place(low)) : undefined,
    high: isFigure(high) ? rounded(up.place(high)) : undefined,
  }))
  const pieces = withoutGaps(placed)
  const areas = pieces.map((piece) => piece.filter(({ low, high }) => low !== undefined && high !== undefined))
  const isDotted = marks === 'dots' || (marks === undefined && points.length < FEW)
  return html`<g class="${look}">${
    range === 'band' &&
    areas.map(
      (area) =>
        area.length > 1 &&
        html`<path class="band" d="M${area.map(({ x, high }) => `${x} ${high}`).join('L')}L${[...area]
          .reverse()
          .map(({ x, low }) => `${x} ${low}`)
          .join('L')}Z"/>`,
    )
  }${
    range === 'bars' &&
    areas
      .flat()
      .map(
        ({ x, low, high }) => html`<path class="bar" d="M${x} ${low}V${high}M${x - 3} ${low}h6M${x - 3} ${high}h6"/>`,
      )
  }${
    marks !== 'dots' &&
    pieces.map(
      (piece) => piece.length > 1 && html`<path class="line" d="M${piece.map(({ x, y }) => `${x} ${y}`).join('L')}"/>`,
    )
  }${pieces.map((piece) =>
    // A point alone between two gaps has no line to be seen by.
    isDotted || piece.length === 1
      ? piece.map(({ x, y }) => html`<circle class="dot" cx="${x}" cy="${y}" r="${marks === 'dots' ? 4.5 : 3}"/>`)
      : undefined,
  )}</g>`
}

/** For the script: places on the x axis, and what to say there. */
function readings(
  series: readonly Series[],
  across: Axis,
  formatX: (value: number) => string,
  formatY: (value: number) => string,
  name: string,
): string {
  const lines = new Map<number, string[]>()
  for (const { name, points } of series)
    for (const { x, y } of points) {
      const said = lines.get(x) ?? []
      if (isFigure(y)) said.push(`${name}: ${formatY(y)}`)
      lines.set(x, said)
    }
  const read = [...lines].filter(([, said]) => said.length > 0).sort(([a], [b]) => a - b)
  return JSON.stringify(read.map(([x, said]) => [rounded(across.place(x)), [`${name} ${formatX(x)}`, ...said]]))
}
