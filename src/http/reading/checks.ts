/** What the limits say of a request, beyond the contract. */
import { fault, invalid } from '../faults.js'
import type { ReadingLimits } from './limits.js'

/** Asked before anything walks the array: throws HttpError where it is too long; all else is left to the validators. */
export function refuseLong(body: unknown, member: 'examples' | 'inputs', most: number): void {
  if (typeof body !== 'object' || body === null) return
  const array = Object.getOwnPropertyDescriptor(body, member)?.value
  if (Array.isArray(array) && array.length > most) throw tooMany(member, array.length, most)
}

export function tooMany(member: 'examples' | 'inputs', count: number, most: number) {
  return invalid([fault([member], `There are ${count} of them; send at most ${most}.`)])
}

/** Throws HttpError `invalid-request`. */
export function checkSteps(steps: number | undefined, limits: ReadingLimits): void {
  if (steps !== undefined && steps > limits.steps) throw invalid([fault(['steps'], `Send at most ${limits.steps}.`)])
}

/** What is wrong with a label; undefined: nothing. */
export function labelFault(label: string, limits: ReadingLimits): string | undefined {
  return label.length > limits.labelLength ? `Send a label of at most ${limits.labelLength} characters.` : undefined
}

/** Generous: a request that is a little too large shall hear which member it is. */
export function mostParts({ examples, inputs }: ReadingLimits): number {
  return 100 + 8 * Math.max(examples, inputs)
}
