/** How well the queries of one task were answered. */
import type { SupportSet } from '../../learner/learner.js'
import { at } from '../../program/program.js'

/**
 * The share of right answers, 0 to 1 (the class with the highest score is the answer; scores that are not numbers are wrong), or
 * the mean squared error over queries and outputs. `answers`: one array a query, of at least as many scores as there are classes.
 */
export function scoreOf(queries: SupportSet, answers: readonly Float32Array[]): number {
  if (queries.kind === 'classification') {
    const right = answers.filter((scores, query) => {
      const own = scores.subarray(0, queries.classes)
      return own.indexOf(Math.max(...own)) === at(queries.classOf, query)
    })
    return right.length / answers.length
  }
  const errors = answers.map((output, query) => {
    const target = at(queries.targets, query)
    return target.reduce((sum, value, i) => sum + (at(output, i) - value) ** 2, 0) / target.length
  })
  return errors.reduce((sum, error) => sum + error, 0) / errors.length
}
