/** Seeded draws: the same seed gives the same order everywhere. */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'
import { at } from '../program/program.js'

export type Random = RandomGenerator

export function seeded(seed: number): Random {
  return xoroshiro128plus(seed)
}

/** A whole number, 0 to count - 1. */
export function below(random: Random, count: number): number {
  return uniformInt(random, 0, count - 1)
}

/** A number in [0, 1). */
export function fraction(random: Random): number {
  return uniformFloat64(random)
}

/** A new array with the items in random order (Fisher and Yates). */
export function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const result = [...items]
  for (let last = result.length - 1; last > 0; last--) {
    const other = below(random, last + 1)
    const item = at(result, last)
    result[last] = at(result, other)
    result[other] = item
  }
  return result
}
