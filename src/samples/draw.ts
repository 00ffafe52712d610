/** Draws glyphs as people do: never twice the same. */
import { encode } from 'fast-png'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'
import type { Glyph, Point, Stroke } from './glyphs.js'

/** Of the sheet, in pixels: that of Omniglot. */
const side = 105
/** Of the pen, in pixels. */
const penRadius = 1.6

/** A PNG of one bit a pixel, black on white; moved, turned, scaled and shaken a little. */
export function drawGlyph(glyph: Glyph, random: RandomGenerator): Uint8Array {
  const hand = holdPen(random)
  const ink = new Uint8Array(side * side)
  for (const stroke of glyph.strokes) {
    for (const [x, y] of curve(stroke.map(hand))) dab(ink, x * side, y * side)
  }
  return encode({ width: side, height: side, channels: 1, depth: 1, data: packInverted(ink) })
}

/** This drawing's own way to put the points on paper. */
function holdPen(random: RandomGenerator): (point: Point) => Point {
  const around = (spread: number) => (2 * uniformFloat64(random) - 1) * spread
  const [dx, dy, turn, scale] = [around(0.05), around(0.05), around(0.1), 1 + around(0.08)]
  const [cos, sin] = [scale * Math.cos(turn), scale * Math.sin(turn)]
  return ([x, y]) => {
    const [u, v] = [x - 0.5 + around(0.012), y - 0.5 + around(0.012)]
    return [0.5 + dx + cos * u - sin * v, 0.5 + dy + sin * u + cos * v]
  }
}

/** Dense points on the Catmull-Rom spline through those of the stroke. */
function curve(stroke: Stroke): Point[] {
  const points: Point[] = []
  const perPiece = 60
  for (let i = 0; i + 1 < stroke.length; i++) {
    const [b, c] = [stroke[i], stroke[i + 1]]
    if (!b || !c) continue
    const [a, d] = [stroke[i - 1] ?? b, stroke[i + 2] ?? c]
    for (let k = 0; k <= perPiece; k++) {
      const t = k / perPiece
      points.push([spline(a[0], b[0], c[0], d[0], t), spline(a[1], b[1], c[1], d[1], t)])
    }
  }
  return points
}

function spline(a: number, b: number, c: number, d: number, t: number): number {
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
}

/** Blackens the pixels under the round tip of the pen. */
function dab(ink: Uint8Array, x: number, y: number): void {
  for (let row = Math.floor(y - penRadius); row <= y + penRadius; row++) {
    for (let column = Math.floor(x - penRadius); column <= x + penRadius; column++) {
      const under = Math.hypot(column + 0.5 - x, row + 0.5 - y) <= penRadius
      if (under && row >= 0 && row < side && column >= 0 && column < side) ink[row * side + column] = 1
    }
  }
}

/** Rows of bits, padded to whole bytes; in PNG 1 is white. */
function packInverted(ink: Uint8Array): Uint8Array {
  const rowBytes = Math.ceil(side / 8)
  const packed = new Uint8Array(rowBytes * side).fill(255)
  ink.forEach((black, i) => {
    const byte = Math.floor(i / side) * rowBytes + ((i % side) >> 3)
    if (black) packed[byte] = (packed[byte] ?? 0) & ~(0x80 >> ((i % side) & 7))
  })
  return packed
}
