/** Requests as forms: the parts are the examples or inputs, the query holds the rest. All throw HttpError `invalid-request`. */
import { CodecError } from '../../codec/codec-error.js'
import type { EncodedInput } from '../../codec/encoded-input.js'
import { imageFormat } from '../../codec/image-format.js'
import { parseValues } from '../../codec/values.js'
import type { Path } from '../faults.js'
import { adaptSettings, moreExamplesSettings, predictSettings } from '../schemas.js'
import { checkCount, checkSteps, type ListName } from './checks.js'
import { FaultList } from './fault-list.js'
import type { ReadingLimits } from './limits.js'
import { adaptMembers, moreExamplesMembers, predictMembers } from './members.js'
import type { ParsedAdapt, ParsedExample, ParsedMoreExamples, ParsedPredict } from './parsed.js'
import { type Part, readForm } from './read-form.js'
import { readQuery } from './read-query.js'

export async function adaptFromForm(
  bytes: Uint8Array,
  boundary: string,
  query: string,
  limits: ReadingLimits,
): Promise<ParsedAdapt> {
  const faults = new FaultList()
  const valid = faults.validate(adaptSettings, readQuery(query, adaptMembers, faults), [])
  checkSteps(valid?.steps, limits, faults)
  const examples = await readExamples(bytes, boundary, limits, faults)
  return { ...faults.pass(valid), examples }
}

export async function moreExamplesFromForm(
  bytes: Uint8Array,
  boundary: string,
  query: string,
  limits: ReadingLimits,
): Promise<ParsedMoreExamples> {
  const faults = new FaultList()
  const valid = faults.validate(moreExamplesSettings, readQuery(query, moreExamplesMembers, faults), [])
  checkSteps(valid?.steps, limits, faults)
  const examples = await readExamples(bytes, boundary, limits, faults)
  return { ...faults.pass(valid), examples }
}

export async function predictFromForm(
  bytes: Uint8Array,
  boundary: string,
  query: string,
  limits: ReadingLimits,
): Promise<ParsedPredict> {
  const faults = new FaultList()
  const valid = faults.validate(predictSettings, readQuery(query, predictMembers, faults), [])
  const parts = await readParts(bytes, boundary, 'inputs', limits, faults)
  const inputs = parts.flatMap((part, i) => toInput(part, ['inputs', i], faults) ?? [])
  return { ...faults.pass(valid), inputs }
}

async function readExamples(
  bytes: Uint8Array,
  boundary: string,
  limits: ReadingLimits,
  faults: FaultList,
): Promise<ParsedExample[]> {
  const parts = await readParts(bytes, boundary, 'examples', limits, faults)
  return parts.flatMap((part, i): ParsedExample[] => {
    const input = toExampleInput(part, ['examples', i, 'input'], faults)
    return input ? [{ name: part.name, input }] : []
  })
}

async function readParts(
  bytes: Uint8Array,
  boundary: string,
  list: ListName,
  limits: ReadingLimits,
  faults: FaultList,
): Promise<readonly Part[]> {
  const { count, parts } = await readForm(bytes, boundary, limits[list])
  checkCount(list, count, limits, faults)
  return parts
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
    throw new CodecError(
      'Send an image file (with curl: name=@file), or numbers with commas between such as 0.5,1.5; the part is named by the label, and settings go into the address.',
    )
  })
}
