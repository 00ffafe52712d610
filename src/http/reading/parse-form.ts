/** Requests as forms: the parts are the examples or inputs, the query holds the rest. All throw HttpError `invalid-request`. */
import { CodecError } from '../../codec/codec-error.js'
import type { EncodedInput } from '../../codec/encoded-input.js'
import { imageFormat } from '../../codec/image-format.js'
import { parseValues } from '../../codec/values.js'
import { fault, invalid, type Path, validate } from '../faults.js'
import { checkSteps, tooMany } from './checks.js'
import { FaultList } from './fault-list.js'
import type { ReadingLimits } from './limits.js'
import type { ParsedAdapt, ParsedExample, ParsedMoreExamples, ParsedPredict } from './parsed.js'
import { type Part, readForm } from './read-form.js'
import { readQuery } from './read-query.js'
import {
  adaptForm,
  adaptSettings,
  moreExamplesForm,
  moreExamplesSettings,
  predictForm,
  predictSettings,
} from './settings.js'

export async function adaptFromForm(
  bytes: Uint8Array,
  boundary: string,
  query: string,
  limits: ReadingLimits,
): Promise<ParsedAdapt> {
  const settings = validate(adaptForm, readQuery(query, adaptSettings))
  checkSteps(settings.steps, limits)
  return { ...settings, examples: await readExamples(bytes, boundary, limits) }
}

export async function moreExamplesFromForm(
  bytes: Uint8Array,
  boundary: string,
  query: string,
  limits: ReadingLimits,
): Promise<ParsedMoreExamples> {
  const settings = validate(moreExamplesForm, readQuery(query, moreExamplesSettings))
  checkSteps(settings.steps, limits)
  return { ...settings, examples: await readExamples(bytes, boundary, limits) }
}

export async function predictFromForm(
  bytes: Uint8Array,
  boundary: string,
  query: string,
  limits: ReadingLimits,
): Promise<ParsedPredict> {
  const settings = validate(predictForm, readQuery(query, predictSettings))
  const parts = await readForm(bytes, boundary, limits.inputs, (count) => tooMany('inputs', count, limits.inputs))
  if (parts.length === 0)
    throw invalid([fault(['inputs'], 'Send at least one input: a part named `image` or `values`.')])
  const faults = new FaultList()
  const inputs = parts.flatMap((part, i) => toInput(part, ['inputs', i], faults) ?? [])
  faults.throwIfAny()
  return { ...settings, inputs }
}

async function readExamples(bytes: Uint8Array, boundary: string, limits: ReadingLimits): Promise<ParsedExample[]> {
  const most = limits.examples
  const parts = await readForm(bytes, boundary, most, (count) => tooMany('examples', count, most))
  if (parts.length === 0) throw invalid([fault(['examples'], 'Send at least one example: a part named by its label.')])
  const faults = new FaultList()
  const examples = parts.flatMap((part, i): ParsedExample[] => {
    const input = toExampleInput(part, ['examples', i, 'input'], faults)
    return input ? [{ name: part.name, input }] : []
  })
  faults.throwIfAny()
  return examples
}

/** The content tells which: an image file, or text. */
function toExampleInput(part: Part, path: Path, faults: FaultList): EncodedInput | undefined {
  return part.isFile || imageFormat(part.content) ? { image: part.content } : toValues(part, path, faults)
}

/** The name tells which. */
function toInput(part: Part, path: Path, faults: FaultList): EncodedInput | undefined {
  if (part.name === 'image') return { image: part.content }
  if (part.name === 'values') return toValues(part, path, faults)
  faults.add(path, 'Name the part `image` or `values`.')
  return undefined
}

function toValues({ content }: Part, path: Path, faults: FaultList): EncodedInput | undefined {
  const text = Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('latin1')
  return faults.attempt([...path, 'values'], () => {
    const values = parseValues(text)
    if (values) return { values }
    throw new CodecError('Send an image file, or numbers with commas between such as 0.5,1.5.')
  })
}
