/** What the limits say of a request, beyond the contract. */
import type { FaultList } from './fault-list.js'
import type { ReadingLimits } from './limits.js'

export type ListName = 'examples' | 'inputs'

/** Asked before anything walks the list: whether it may be walked. One that is too long or empty is a fault. */
export function checkCount(list: ListName, count: number, limits: ReadingLimits, faults: FaultList): boolean {
  const most = limits[list]
  if (count > most) faults.add([list], `There are ${count} of them; send at most ${most}.`)
  if (count === 0) faults.add([list], list === 'examples' ? 'Send at least one example.' : 'Send at least one input.')
  return count > 0 && count <= most
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
