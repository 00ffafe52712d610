/** From the inputs of a JSON request to files and floats, every fault with its pointer. */
import { decodeBase64 } from '../../codec/base64.js'
import type { EncodedInput } from '../../codec/encoded-input.js'
import { toFloats } from '../../codec/values.js'
import type { Path } from '../faults.js'
import type { PredictRequest } from '../schemas.js'
import type { FaultList } from './fault-list.js'

type Input = PredictRequest['inputs'][number]

/** Undefined where it has a fault. */
export function toEncoded(input: Input, path: Path, faults: FaultList): EncodedInput | undefined {
  if ('values' in input) {
    const values = faults.attempt([...path, 'values'], () => toFloats(input.values))
    return values && { values }
  }
  const image = faults.attempt([...path, 'image'], () => decodeBase64(input.image))
  return image && { image }
}
