/** Divides classes, or functions, into those to train on and those that training never sees. */
import { seeded, shuffled } from '../../learner/random.js'
import { TrainingError } from '../training-error.js'

export interface Split<T> {
  readonly training: readonly T[]
  readonly validation: readonly T[]
}

/** `validation` of the items, drawn with the seed. Throws TrainingError where fewer than `least` are left to train on. */
export function split<T>(items: readonly T[], validation: number, seed: number, what: string, least: number): Split<T> {
  if (items.length < least) {
    throw new TrainingError(`There are ${items.length} ${what} in the data: at least ${least} are needed.`)
  }
  if (items.length - validation < least) {
    throw new TrainingError(
      `Of ${items.length} ${what} ${validation} cannot be held out: set data.split.validation to at most ${items.length - least}.`,
    )
  }
  const order = shuffled(seeded(seed), items)
  return { training: order.slice(validation), validation: order.slice(0, validation) }
}
