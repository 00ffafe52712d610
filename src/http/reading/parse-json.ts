/** Requests in JSON. All throw HttpError `invalid-json` or `invalid-request`. */
import { toFloats } from '../../codec/values.js'
import { validate } from '../faults.js'
import { type AdaptRequest, adaptRequest, moreExamplesRequest, predictRequest } from '../schemas.js'
import { checkSteps, labelFault, mostParts, refuseLong } from './checks.js'
import { toEncoded } from './encoded-inputs.js'
import { FaultList } from './fault-list.js'
import type { ReadingLimits } from './limits.js'
import type { ParsedAdapt, ParsedExample, ParsedMoreExamples, ParsedPredict } from './parsed.js'
import { readJson } from './read-json.js'
import { withQuery } from './read-query.js'
import { adaptSettings, moreExamplesSettings, predictSettings } from './settings.js'

export function adaptFromJson(bytes: Uint8Array, query: string, limits: ReadingLimits): ParsedAdapt {
  const body = withQuery(readJson(bytes, mostParts(limits)), query, adaptSettings)
  refuseLong(body, 'examples', limits.examples)
  const request = validate(adaptRequest, body)
  checkSteps(request.steps, limits)
  return { ...request, examples: toExamples(request.examples, limits) }
}

export function moreExamplesFromJson(bytes: Uint8Array, query: string, limits: ReadingLimits): ParsedMoreExamples {
  const body = withQuery(readJson(bytes, mostParts(limits)), query, moreExamplesSettings)
  refuseLong(body, 'examples', limits.examples)
  const request = validate(moreExamplesRequest, body)
  checkSteps(request.steps, limits)
  return { ...request, examples: toExamples(request.examples, limits) }
}

export function predictFromJson(bytes: Uint8Array, query: string, limits: ReadingLimits): ParsedPredict {
  const body = withQuery(readJson(bytes, mostParts(limits)), query, predictSettings)
  refuseLong(body, 'inputs', limits.inputs)
  const request = validate(predictRequest, body)
  const faults = new FaultList()
  const inputs = request.inputs.flatMap((input, i) => toEncoded(input, ['inputs', i], faults) ?? [])
  faults.throwIfAny()
  return { ...request, inputs }
}

function toExamples(examples: AdaptRequest['examples'], limits: ReadingLimits): ParsedExample[] {
  const faults = new FaultList()
  const parsed = examples.flatMap((example, i): ParsedExample[] => {
    const input = toEncoded(example.input, ['examples', i, 'input'], faults)
    if ('label' in example) {
      const wrong = labelFault(example.label, limits)
      if (wrong !== undefined) faults.add(['examples', i, 'label'], wrong)
      return input ? [{ label: example.label, input }] : []
    }
    const target = faults.attempt(['examples', i, 'target'], () => toFloats(example.target))
    return input && target ? [{ target, input }] : []
  })
  faults.throwIfAny()
  return parsed
}
