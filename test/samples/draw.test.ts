import { decode } from 'fast-png'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { describe, expect, test } from 'vitest'
import { drawGlyph } from '../../src/samples/draw.js'
import { glyphs } from '../../src/samples/glyphs.js'

const draw = (index: number, seed: number) => {
  const glyph = glyphs[index]
  if (!glyph) throw new RangeError(`no glyph ${index}`)
  return drawGlyph(glyph, xoroshiro128plus(seed))
}

/** The part of the sheet that is black. */
const inkOf = (png: Uint8Array) => {
  const { data, width, height } = decode(png)
  let black = 0
  for (const byte of data) black += 8 - (byte.toString(2).match(/1/g)?.length ?? 0)
  return black / (width * height)
}

describe.each(glyphs.map(({ label }, index) => ({ label, index })))('the glyph $label', ({ index }) => {
  test('is 105 x 105 pixels of one bit with a few strokes on them', () => {
    const png = draw(index, 1)
    expect(decode(png)).toMatchObject({ width: 105, height: 105, depth: 1, channels: 1 })
    expect(inkOf(png)).toBeGreaterThan(0.02)
    expect(inkOf(png)).toBeLessThan(0.12)
  })

  test('is drawn the same with the same seed and otherwise with another', () => {
    expect(draw(index, 1)).toEqual(draw(index, 1))
    expect(draw(index, 1)).not.toEqual(draw(index, 2))
  })
})
