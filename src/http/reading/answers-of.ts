/** What the examples of a request teach: all a label, or all a target, as the model's task asks. */
import { CodecError } from '../../codec/codec-error.js'
import { checkLength, parseValues } from '../../codec/values.js'
import type { Path } from '../faults.js'
import { label } from '../schemas.js'
import { labelFault } from './checks.js'
import { FaultList } from './fault-list.js'
import type { ReadingLimits } from './limits.js'
import type { ParsedExample } from './parsed.js'

export type Answers =
  | { readonly kind: 'labels'; readonly labels: readonly string[] }
  | { readonly kind: 'targets'; readonly targets: readonly Float32Array[] }

/** One an example. `targetSize` is that of a model that regresses; undefined: it classifies. Throws HttpError. */
export function answersOf(
  examples: readonly ParsedExample[],
  targetSize: number | undefined,
  limits: ReadingLimits,
): Answers {
  const faults = new FaultList()
  const each = <T>(read: (example: ParsedExample, path: Path) => T | undefined): T[] => {
    const answers = examples.flatMap((example, i) => read(example, ['examples', i]) ?? [])
    return faults.pass(answers)
  }
  return targetSize === undefined
    ? { kind: 'labels', labels: each((example, path) => labelOf(example, path, limits, faults)) }
    : { kind: 'targets', targets: each((example, path) => targetOf(example, path, targetSize, faults)) }
}

function labelOf(example: ParsedExample, path: Path, limits: ReadingLimits, faults: FaultList): string | undefined {
  if ('label' in example) return example.label
  if ('target' in example) {
    faults.add([...path, 'target'], 'This model classifies; send a `label` instead of a `target`.')
    return undefined
  }
  const wrong = labelFault(example.name, limits)
  if (wrong !== undefined) faults.add([...path, 'label'], wrong)
  return faults.validate(label, example.name, [...path, 'label'])
}

function targetOf(example: ParsedExample, path: Path, size: number, faults: FaultList): Float32Array | undefined {
  if ('label' in example) {
    faults.add([...path, 'label'], 'This model regresses; send a `target` instead of a `label`.')
    return undefined
  }
  return faults.attempt([...path, 'target'], () => {
    const target = 'target' in example ? example.target : parseValues(example.name)
    if (target) return checkLength(target, size)
    throw new CodecError('This model regresses; name the part by its target, numbers with commas between.')
  })
}
