/** What the clients learn: waves for the small model, drawn glyphs for the large one. */

import { seeded } from '../../src/learner/random.js'
import { drawGlyph } from '../../src/samples/draw.js'
import { glyphs } from '../../src/samples/glyphs.js'
import type { Content, Example, Retention } from './content.js'
import type { Dice } from './dice.js'

const wave = 'sine-mlp'
const glyph = 'omniglot-conv4'

/** Drawings of each glyph to choose from. */
const drawings = 4
/** Glyphs that are classes. */
const kinds = 3

const retentions: readonly Retention[] = ['both', 'both', 'both', 'weights', 'examples']

export class Subjects {
  private readonly drawn: readonly (readonly string[])[]

  /** The ids of each client that are of glyphs: those with a number below this. */
  constructor(private readonly glyphIds: number) {
    const random = seeded(1)
    const draw = (one: (typeof glyphs)[number]) => Buffer.from(drawGlyph(one, random)).toString('base64')
    this.drawn =
      glyphIds > 0 ? glyphs.slice(0, kinds).map((one) => Array.from({ length: drawings + 1 }, () => draw(one))) : []
  }

  get models(): readonly string[] {
    return this.glyphIds > 0 ? [wave, glyph] : [wave]
  }

  /** An id stays with its model, so that everybody knows what to ask it. */
  modelOf(id: string): string {
    return Number(id.split('-').at(-1)) < this.glyphIds ? glyph : wave
  }

  content(id: string, dice: Dice): Content {
    const model = this.modelOf(id)
    return {
      model,
      examples: this.examples(model, dice),
      seed: dice.below(1000),
      steps: model === glyph ? 1 + dice.below(4) : dice.chance(0.5) ? undefined : dice.below(60),
      retention: dice.pick(retentions),
      ttlSeconds: dice.chance(0.25) ? 3600 : undefined,
    }
  }

  /** To adapt to, or to add. */
  examples(model: string, dice: Dice): Example[] {
    if (model === glyph) {
      return this.drawn.map((images, kind) => ({
        label: `glyph ${kind}`,
        input: { image: images[dice.below(drawings)] ?? '' },
      }))
    }
    const [height, shift] = [dice.between(0.5, 4), dice.between(0, 3)]
    return Array.from({ length: 2 + dice.below(7) }, () => {
      const x = rounded(dice.between(-5, 5))
      return { target: [rounded(height * Math.sin(x + shift))], input: { values: [x] } }
    })
  }

  /** What every adaptation of the model is asked to be known by. */
  probes(model: string): Example['input'][] {
    if (model === glyph) return this.drawn.map((images) => ({ image: images[drawings] ?? '' }))
    return [-4, -1.5, 0, 0.5, 3].map((x) => ({ values: [x] }))
  }
}

function rounded(x: number): number {
  return Math.round(1000 * x) / 1000
}
