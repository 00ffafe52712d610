/** What the limits say of a request, beyond the contract. */
import type { HttpError } from '../failure.js'
import { fault, invalid } from '../faults.js'
import type { FaultList } from './fault-list.js'
import type { ReadingLimits } from './limits.js'

export type ListName = 'examples' | 'inputs'

/** Asked before anything walks the list: throws HttpError where it is too long or empty. */
export function checkCount(list: ListName, count: number, limits: ReadingLimits): void {
  if (count > limits[list]) throw tooMany(list, count, limits)
  if (count > 0) return
  throw invalid([fault([list], list === 'examples' ? 'Send at least one example.' : 'Send at least one input.')])
}

export function tooMany(list: ListName, count: number, limits: ReadingLimits): HttpError {
  return invalid([fault([list], `There are ${count} of them; send at most ${limits[list]}.`)])
}

export function checkSteps(steps: number | undefined, limits: ReadingLimits, faults: FaultList): void {
  if (steps !== undefined && steps > limits.steps) faults.add(['steps'], `Send at most ${limits.steps}.`)
}

/** What is wrong with a label; undefined: nothing. */
export function labelFault(label: string, limits: ReadingLimits): string | undefined {
  return label.length > limits.labelLength ? `Send a label of at most ${limits.labelLength} characters.` : undefined
}

/** Generous: a request that is a little too large shall hear which member it is. */
export function mostParts({ examples, inputs }: ReadingLimits): number {
  return 100 + 8 * Math.max(examples, inputs)
}
