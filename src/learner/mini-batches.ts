/** The order in which the inner loop sees the support set. */
import { at } from '../program/program.js'
import type { SupportSet } from './learner.js'
import { type Random, shuffled } from './random.js'

/**
 * Endless example numbers, balanced over the classes: every run of `classes` numbers has one of each class, and a class
 * shows all of its examples before it shows one again. A regression task is one class.
 */
export function* balancedExamples(random: Random, support: SupportSet): Generator<number, never> {
  const classes = examplesByClass(support)
  if (classes.some((examples) => examples.length === 0)) throw new Error('a class has no examples')
  const groups = classes.map((examples) => endless(random, examples))
  for (;;) for (const group of shuffled(random, groups)) yield group.next().value
}

/** The example numbers of each class. */
function examplesByClass(support: SupportSet): number[][] {
  if (support.kind === 'regression') return [support.inputs.map((_, example) => example)]
  const groups: number[][] = Array.from({ length: support.classes }, () => [])
  support.classOf.forEach((label, example) => {
    at(groups, label).push(example)
  })
  return groups
}

function* endless(random: Random, examples: readonly number[]): Generator<number, never> {
  for (;;) yield* shuffled(random, examples)
}
