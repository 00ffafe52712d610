/** Characters of alphabets that nobody writes. */
import { below, fraction, type Random } from '../../learner/random.js'
import { at } from '../../program/program.js'
import type { Glyph, Point, Stroke } from '../../samples/glyphs.js'
import { distinct } from './distinct.js'

/** How many characters an alphabet has, as those of Omniglot do on average. */
const perAlphabet = 30

/** What the characters of an alphabet have in common: so they look alike, and are worth telling apart. */
interface Style {
  /** Where strokes start, end and turn. */
  readonly points: readonly Point[]
  readonly strokes: { readonly least: number; readonly most: number }
  /** How round: how far a line leaves the straight one, in parts of its length. */
  readonly bend: number
}

/** `count` different ones, labelled `alphabet03/character17`. */
export function inventCharacters(random: Random, count: number): Glyph[] {
  const glyphs: Glyph[] = []
  for (let alphabet = 1; glyphs.length < count; alphabet++) {
    const style = inventStyle(random)
    const known = new Set<string>()
    while (known.size < perAlphabet && glyphs.length < count) {
      const paths = inventPaths(random, style)
      const key = JSON.stringify(paths)
      if (known.has(key)) continue
      known.add(key)
      const label = `alphabet${padded(alphabet)}/character${padded(known.size)}`
      glyphs.push({ label, strokes: paths.map((path) => strokeOf(random, style, path)) })
    }
  }
  return glyphs
}

/** Eight of the sixteen fields of the sheet, a point somewhere in each. */
function inventStyle(random: Random): Style {
  const points = distinct(random, 16, 8).map((field): Point => {
    const within = () => 0.17 * fraction(random)
    return [0.15 + 0.175 * (field % 4) + within(), 0.15 + 0.175 * Math.floor(field / 4) + within()]
  })
  const least = 1 + below(random, 2)
  return { points, strokes: { least, most: least + 1 + below(random, 2) }, bend: 0.5 * fraction(random) }
}

/** The points that each stroke passes, by number; at least four in all. */
function inventPaths(random: Random, { points, strokes }: Style): number[][] {
  const count = strokes.least + below(random, strokes.most - strokes.least + 1)
  const least = count === 1 ? 4 : 2
  return Array.from({ length: count }, () => distinct(random, points.length, least + below(random, 3)))
}

/** Between two points a third one, off the straight line. */
function strokeOf(random: Random, { points, bend }: Style, path: readonly number[]): Stroke {
  return path.flatMap((index, i) => {
    const to = at(points, index)
    const before = path[i - 1]
    if (before === undefined) return [to]
    const from = at(points, before)
    const off = bend * (2 * fraction(random) - 1)
    const between: Point = [
      (from[0] + to[0]) / 2 - off * (to[1] - from[1]),
      (from[1] + to[1]) / 2 + off * (to[0] - from[0]),
    ]
    return [between, to]
  })
}

function padded(number: number): string {
  return `${number}`.padStart(2, '0')
}
