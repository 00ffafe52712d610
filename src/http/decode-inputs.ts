/** The inputs of a request to arrays, each fault with a pointer to its input. */
import { setImmediate } from 'node:timers/promises'
import { CodecError } from '../codec/codec-error.js'
import { decodeInput } from '../codec/decode-input.js'
import type { ServedModel } from '../serving/served-model.js'
import type { Fault } from './failure.js'
import { fault, invalid } from './faults.js'
import type { PredictRequest } from './schemas.js'

type Input = PredictRequest['inputs'][number]

/** An input and where it stands in the body. */
export interface PlacedInput {
  readonly input: Input
  readonly path: readonly (string | number)[]
}

/** Decoded at the same time: sharp works in its threads meanwhile. Between groups other requests have their turn. */
const groupSize = 16

/**
 * One array an input, in their order. Throws HttpError `invalid-request` at the first group with faults, and the
 * signal's reason once the client has hung up.
 */
export async function decodeInputs(
  inputs: readonly PlacedInput[],
  served: ServedModel,
  maxPixels: number,
  signal: AbortSignal,
): Promise<Float32Array[]> {
  const decoded: Float32Array[] = []
  for (let start = 0; start < inputs.length; start += groupSize) {
    if (start > 0) await setImmediate()
    signal.throwIfAborted()
    const group = inputs.slice(start, start + groupSize).map((placed) => decodeOne(placed, served, maxPixels))
    const faults: Fault[] = []
    for (const outcome of await Promise.all(group)) {
      if (outcome instanceof Float32Array) decoded.push(outcome)
      else faults.push(outcome)
    }
    if (faults.length > 0) throw invalid(faults)
  }
  return decoded
}

async function decodeOne(
  { input, path }: PlacedInput,
  { model }: ServedModel,
  maxPixels: number,
): Promise<Float32Array | Fault> {
  try {
    return await decodeInput(input, model.artifact.input, maxPixels)
  } catch (error) {
    if (!(error instanceof CodecError)) throw error
    return fault([...path, 'image' in input ? 'image' : 'values'], error.message)
  }
}
