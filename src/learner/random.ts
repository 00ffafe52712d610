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

/**
 * A seed, 0 to 2^32 - 1, for the part of the work that `path` names (meta-iteration, task, ...): each part has random numbers of its
 * own, whatever was drawn before it. `seed` and `path` are whole numbers. Mixed by the finalizer of MurmurHash3 at every stage.
 */
export function derived(seed: number, ...path: readonly number[]): number {
  return (
    [seed, ...path].reduce((hash, part) => mixed(mixed(hash ^ part) + Math.floor(part / 2 ** 32)), 0x9e3779b9) >>> 0
  )
}

function mixed(bits: number): number {
  const first = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35)
  return second ^ (second >>> 16)
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
