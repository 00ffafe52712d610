/** Requests in JSON. All throw HttpError `invalid-json` or `invalid-request`. */
import { toFloats } from '../../codec/values.js'
import type { Path } from '../faults.js'
import { type AdaptRequest, adaptSettings, example, input, moreExamplesSettings, predictSettings } from '../schemas.js'
import { checkCount, checkSteps, type ListName, labelFault, mostParts } from './checks.js'
import { toEncoded } from './encoded-inputs.js'
import { FaultList } from './fault-list.js'
import type { ReadingLimits } from './limits.js'
import { adaptMembers, moreExamplesMembers, predictMembers } from './members.js'
import type { ParsedAdapt, ParsedExample, ParsedMoreExamples, ParsedPredict } from './parsed.js'
import { readJson } from './read-json.js'
import { readQuery, withQuery } from './read-query.js'

export function adaptFromJson(bytes: Uint8Array, query: string, limits: ReadingLimits): ParsedAdapt {
  const faults = new FaultList()
  const { settings, list } = divide(bytes, query, adaptMembers, 'examples', limits, faults)
  const valid = faults.validate(adaptSettings, settings, [])
  checkSteps(valid?.steps, limits, faults)
  const examples = list.flatMap((item, i) => toExample(item, ['examples', i], limits, faults) ?? [])
  return { ...faults.pass(valid), examples }
}

export function moreExamplesFromJson(bytes: Uint8Array, query: string, limits: ReadingLimits): ParsedMoreExamples {
  const faults = new FaultList()
  const { settings, list } = divide(bytes, query, moreExamplesMembers, 'examples', limits, faults)
  const valid = faults.validate(moreExamplesSettings, settings, [])
  checkSteps(valid?.steps, limits, faults)
  const examples = list.flatMap((item, i) => toExample(item, ['examples', i], limits, faults) ?? [])
  return { ...faults.pass(valid), examples }
}

export function predictFromJson(bytes: Uint8Array, query: string, limits: ReadingLimits): ParsedPredict {
  const faults = new FaultList()
  const { settings, list } = divide(bytes, query, predictMembers, 'inputs', limits, faults)
  const valid = faults.validate(predictSettings, settings, [])
  const inputs = list.flatMap((item, i) => {
    const path = ['inputs', i]
    const sent = faults.validate(input, item, path)
    return (sent && toEncoded(sent, path, faults)) ?? []
  })
  return { ...faults.pass(valid), inputs }
}

/** The settings of body and query, and the list that they are for, neither validated yet. */
function divide(
  bytes: Uint8Array,
  query: string,
  members: ReadonlySet<string>,
  name: ListName,
  limits: ReadingLimits,
  faults: FaultList,
): { settings: object; list: readonly unknown[] } {
  const body = readJson(bytes, mostParts(limits))
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    readQuery(query, members, faults)
    faults.add([], 'Send a JSON object.')
    throw faults.error()
  }
  const { [name]: list, ...settings }: Readonly<Record<string, unknown>> = {
    ...withQuery(body, query, members, faults),
  }
  if (!Array.isArray(list)) {
    faults.add([name], `Send an array of ${name}.`)
    return { settings, list: [] }
  }
  return { settings, list: checkCount(name, list.length, limits, faults) ? list : [] }
}

type Example = AdaptRequest['examples'][number]

/** Undefined where it has a fault. */
function toExample(item: unknown, path: Path, limits: ReadingLimits, faults: FaultList): ParsedExample | undefined {
  const sent: Example | undefined = faults.validate(example, item, path)
  if (!sent) return undefined
  const encoded = toEncoded(sent.input, [...path, 'input'], faults)
  if ('label' in sent) {
    const wrong = labelFault(sent.label, limits)
    if (wrong !== undefined) faults.add([...path, 'label'], wrong)
    return encoded && { label: sent.label, input: encoded }
  }
  const target = faults.attempt([...path, 'target'], () => toFloats(sent.target))
  return encoded && target && { target, input: encoded }
}
