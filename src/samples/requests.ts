/** Requests to try the server with: bodies for POST /adapt and for the POST /predict that follows. */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import type { Artifact } from '../model/artifact.js'
import { drawGlyph } from './draw.js'
import { glyphs } from './glyphs.js'

interface Samples<Example, Input> {
  readonly adapt: { model: string; id: string; examples: Example[] }
  readonly predict: { id: string; inputs: Input[] }
}

interface Image {
  image: string
}

interface Values {
  values: number[]
}

/** Undefined for a model that the samples say nothing to. */
export function sampleRequests({ name, task, input }: Artifact) {
  if (task === 'classification' && input.kind === 'image') return drawings(name)
  if (task === 'regression' && input.kind === 'values' && input.length === 1) return curve(name)
  return undefined
}

/** Five glyphs: two drawings each to learn from, another of each to tell. */
function drawings(model: string): Samples<{ label: string; input: Image }, Image> {
  const random = xoroshiro128plus(1)
  const draw = (index: number): Image => {
    const glyph = glyphs[index]
    if (!glyph) throw new RangeError(`There is no glyph ${index}.`)
    return { image: Buffer.from(drawGlyph(glyph, random)).toString('base64') }
  }
  const order = glyphs.map((_, index) => index)
  return {
    adapt: {
      model,
      id: 'sample',
      examples: [...order, ...order].map((index) => ({ label: glyphs[index]?.label ?? '', input: draw(index) })),
    },
    predict: { id: 'sample', inputs: order.map(draw) },
  }
}

/** Ten points of 2 sin(x + 1), and three in between. */
function curve(model: string): Samples<{ target: number[]; input: Values }, Values> {
  const points = Array.from({ length: 10 }, (_, i) => i - 4.5)
  return {
    adapt: {
      model,
      id: 'sample',
      examples: points.map((x) => ({ target: [2 * Math.sin(x + 1)], input: { values: [x] } })),
    },
    predict: { id: 'sample', inputs: [-3, 0, 3].map((x) => ({ values: [x] })) },
  }
}
