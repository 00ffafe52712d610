/** The examples of a request to those of the use case: all labelled or all with targets, as the model's task asks. */
import { CodecError } from '../codec/codec-error.js'
import { decodeValues } from '../codec/values.js'
import { outputSize, type ServedModel } from '../serving/served-model.js'
import type { Examples } from '../serving/support.js'
import { decodeInputs } from './decode-inputs.js'
import type { Fault } from './failure.js'
import { fault, invalid } from './faults.js'
import type { AdaptRequest } from './schemas.js'

type Example = AdaptRequest['examples'][number]

/** Throws HttpError `invalid-request`, or the signal's reason once the client has hung up. */
export async function decodeExamples(
  examples: readonly Example[],
  served: ServedModel,
  maxPixels: number,
  signal: AbortSignal,
): Promise<Examples> {
  const { artifact } = served.model
  const answers = artifact.task === 'classification' ? labels(examples) : targets(examples, outputSize(artifact))
  const placed = examples.map(({ input }, i) => ({ input, path: ['examples', i, 'input'] }))
  return { ...answers, inputs: await decodeInputs(placed, served, maxPixels, signal) }
}

function labels(examples: readonly Example[]) {
  const each = collect(examples, (example, i) =>
    'label' in example
      ? example.label
      : fault(['examples', i, 'target'], 'This model classifies; send a `label` instead of a `target`.'),
  )
  return { kind: 'labels', labels: each } as const
}

function targets(examples: readonly Example[], size: number) {
  const each = collect(examples, (example, i) => {
    if ('label' in example) {
      return fault(['examples', i, 'label'], 'This model regresses; send a `target` instead of a `label`.')
    }
    try {
      return decodeValues(example.target, size)
    } catch (error) {
      if (error instanceof CodecError) return fault(['examples', i, 'target'], error.message)
      throw error
    }
  })
  return { kind: 'targets', targets: each } as const
}

/** All answers, or HttpError with all faults. */
function collect<T extends string | Float32Array>(
  examples: readonly Example[],
  answer: (example: Example, i: number) => T | Fault,
): T[] {
  const answers: T[] = []
  const faults: Fault[] = []
  examples.forEach((example, i) => {
    const given = answer(example, i)
    if (typeof given === 'object' && 'pointer' in given) faults.push(given)
    else answers.push(given)
  })
  if (faults.length > 0) throw invalid(faults)
  return answers
}
