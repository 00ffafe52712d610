/** Chance with a seed: the same seed gives the same run, as far as a run of several processes can be the same. */
import { below, fraction, type Random, seeded } from '../../src/learner/random.js'

export class Dice {
  private readonly random: Random

  constructor(seed: number) {
    this.random = seeded(seed)
  }

  /** A whole number, 0 to count - 1. */
  below(count: number): number {
    return below(this.random, count)
  }

  /** From `least` to `most`, any number. */
  between(least: number, most: number): number {
    return least + (most - least) * fraction(this.random)
  }

  chance(probability: number): boolean {
    return fraction(this.random) < probability
  }

  /** Throws RangeError where there is nothing to pick from. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.below(Math.max(1, items.length))]
    if (item === undefined) throw new RangeError('There is nothing to pick from.')
    return item
  }

  /** A generator of its own, which later draws here do not change. */
  split(): Dice {
    return new Dice(this.below(2 ** 31))
  }
}
