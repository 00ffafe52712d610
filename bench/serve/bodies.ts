/** What is asked: drawings of 105x105 pixels, as Omniglot's, made from a seed. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import type { components } from '../../src/http/contract.gen.js'
import { drawGlyph } from '../../src/samples/draw.js'
import { glyphs } from '../../src/samples/glyphs.js'

type Contract = components['schemas']
type Drawing = Contract['ImageInput']

const MODEL = 'omniglot-conv4'

/** Five drawings of different characters, one a label; told apart at once. */
export function easyTask(id: string, steps: number): Contract['AdaptRequest'] {
  const examples = glyphs.map(({ label }, i) => ({ label, input: draw(i, 1) }))
  return { model: MODEL, id, examples, steps, seed: 1 }
}

/** Five drawings of one character under five labels: the losses stay large, and a wrong step would show. */
export function hardTask(id: string, steps: number): Contract['AdaptRequest'] {
  const examples = glyphs.map(({ label }, i) => ({ label, input: draw(0, i + 1) }))
  return { model: MODEL, id, examples, steps, seed: 1 }
}

/** One drawing that no task has shown. */
export function question(id: string): Contract['PredictRequest'] {
  return { id, inputs: [draw(2, 99)] }
}

/** A drawing of every character. */
export function questions(id: string): Contract['PredictRequest'] {
  return { id, inputs: glyphs.map((_, i) => draw(i, 50 + i)), topK: glyphs.length }
}

/** Writes bodies for wrk, with @ID@ where an id goes. */
export async function writeBodies(
  folder: string,
  steps: number,
): Promise<Record<'adapt' | 'long' | 'predict', string>> {
  const file = (name: string) => join(folder, `${name}.json`)
  const { steps: _, ...ownSteps } = hardTask('@ID@', 0)
  await writeFile(file('adapt'), JSON.stringify(hardTask('@ID@', steps)))
  await writeFile(file('long'), JSON.stringify(ownSteps))
  await writeFile(file('predict'), JSON.stringify(question('@ID@')))
  return { adapt: file('adapt'), long: file('long'), predict: file('predict') }
}

function draw(character: number, seed: number): Drawing {
  const glyph = glyphs[character % glyphs.length]
  if (!glyph) throw new RangeError('there are no characters')
  return { image: Buffer.from(drawGlyph(glyph, xoroshiro128plus(seed))).toString('base64') }
}
