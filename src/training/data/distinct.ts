/** Drawing without putting back. */
import { below, type Random } from '../../learner/random.js'

/** `count` different whole numbers, 0 to `size` - 1, in random order; `size` is at least `count`. */
export function distinct(random: Random, size: number, count: number): number[] {
  if (count > size) throw new RangeError(`There are no ${count} different numbers below ${size}.`)
  const drawn = new Set<number>()
  while (drawn.size < count) drawn.add(below(random, size))
  return [...drawn]
}
