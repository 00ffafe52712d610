/** What one request may ask for; the bounds come from the configuration. */
import type { Fault } from './failure.js'
import { fault, invalid } from './faults.js'
import type { AdaptRequest } from './schemas.js'

export interface Limits {
  /** Of the body, unpacked. */
  readonly bodyBytes: number
  readonly imagePixels: number
  readonly examples: number
  readonly inputs: number
  /** In characters. */
  readonly labelLength: number
  readonly steps: number
}

/** Asked before anything walks the array: throws HttpError where it is too long; all else is left to the validators. */
export function refuseLong(body: unknown, member: 'examples' | 'inputs', most: number): void {
  if (typeof body !== 'object' || body === null || !(member in body)) return
  const array = Object.getOwnPropertyDescriptor(body, member)?.value
  if (Array.isArray(array) && array.length > most) {
    throw invalid([fault([member], `There are ${array.length} of them; send at most ${most}.`)])
  }
}

/** Throws HttpError `invalid-request`. */
export function checkAdaptLimits(request: AdaptRequest, limits: Limits): void {
  const faults: Fault[] = []
  if (request.steps !== undefined && request.steps > limits.steps) {
    faults.push(fault(['steps'], `Send at most ${limits.steps}.`))
  }
  request.examples.forEach((example, i) => {
    if ('label' in example && example.label.length > limits.labelLength) {
      faults.push(fault(['examples', i, 'label'], `Send a label of at most ${limits.labelLength} characters.`))
    }
  })
  if (faults.length > 0) throw invalid(faults)
}
