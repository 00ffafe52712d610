/** Made-up characters as a data set: everything can be tried without a download. */
import { decodeImage, type ImageSpec } from '../../codec/decode-image.js'
import { below, type Random, seeded } from '../../learner/random.js'
import { at } from '../../program/program.js'
import { drawGlyph } from '../../samples/draw.js'
import type { Glyph } from '../../samples/glyphs.js'
import type { DataSettings } from '../settings.js'
import { inventCharacters } from './alphabets.js'
import { classDataSet } from './class-data-set.js'
import type { DataSet } from './data-set.js'
import type { ExampleClass } from './example-class.js'
import { InputCache } from './input-cache.js'
import { withLook } from './looks.js'
import { split } from './split.js'

const spec: ImageSpec = { kind: 'image', height: 28, width: 28, channels: 1, polarity: 'ink' }

/** A class a character, and every image of it by another hand; 28x28, ink is 1. Throws TrainingError for too few classes. */
export function inventGlyphs(
  { classes, images, look, split: { validation }, augmentation }: Extract<DataSettings, { kind: 'glyphs' }>,
  seed: number,
): DataSet {
  const random = seeded(seed)
  const cache = new InputCache()
  const drawn = inventCharacters(random, classes).map((glyph) => drawnClass(random, glyph, images, cache))
  const divided = split(withLook(drawn, look, spec), validation, seed, 'classes', 2)
  const data = classDataSet(spec, divided, augmentation, 'images')
  return { ...data, summary: `${data.summary}; all made up` }
}

/** On paper and through the codec, as what a client draws. */
function drawnClass(random: Random, glyph: Glyph, count: number, cache: InputCache): ExampleClass {
  const hands = Array.from({ length: count }, () => below(random, 2 ** 31))
  const draw = (index: number) => {
    const sheet = drawGlyph(glyph, seeded(at(hands, index)))
    return decodeImage(sheet, spec, Number.POSITIVE_INFINITY)
  }
  return { name: glyph.label, count, read: (index) => cache.read(`${glyph.label} ${index}`, () => draw(index)) }
}
