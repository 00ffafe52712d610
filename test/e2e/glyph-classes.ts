/** Characters of invented alphabets, drawn a few times each: classes that no training has seen, without any data at hand. */
import { decodeImage } from '../../src/codec/decode-image.js'
import { below, fraction, type Random } from '../../src/learner/random.js'
import { drawGlyph } from '../../src/samples/draw.js'
import type { Glyph, Point } from '../../src/samples/glyphs.js'
import type { ImageClass } from '../../src/training/image-folder.js'

const spec = { kind: 'image', height: 28, width: 28, channels: 1, polarity: 'ink' } as const
const DRAWINGS = 6

export async function drawGlyphClasses(random: Random, count: number): Promise<ImageClass[]> {
  const glyphs = Array.from({ length: count }, (_, index) => inventGlyph(random, `glyph ${index}`))
  return Promise.all(
    glyphs.map((glyph) =>
      Promise.all(Array.from({ length: DRAWINGS }, () => decodeImage(drawGlyph(glyph, random), spec, 1e6))),
    ),
  )
}

/** Two or three strokes through three or four points each. */
function inventGlyph(random: Random, label: string): Glyph {
  const point = (): Point => [0.15 + 0.7 * fraction(random), 0.15 + 0.7 * fraction(random)]
  const strokes = Array.from({ length: 2 + below(random, 2) }, () =>
    Array.from({ length: 3 + below(random, 2) }, point),
  )
  return { label, strokes }
}
