/** What the tasks of a meta-iteration have found, summed up: the mean direction of the meta-step and the mean second moments. */
import type { Initialization } from '../../learner/initialization.js'
import { addMeanRow, addScaled, setScaled } from './sums.js'
import type { TaskOutcome } from './task-runs.js'

type Found = Pick<TaskOutcome, 'points' | 'secondMoments'>

export class TaskSums {
  /** Towards where the body goes, and a shared head [F + 1]. */
  readonly body: Float64Array
  readonly head: Float64Array | undefined
  /** Of the body, and of a row of a head [F + 1]. */
  readonly bodyMoments: Float64Array
  readonly headMoments: Float64Array

  /** For initializations like this one; tasks of `ways` classes, 0 for regression. */
  constructor(
    { body, head, bodyMoments, headMoments }: Initialization,
    private readonly ways: number,
  ) {
    this.body = new Float64Array(body.length)
    this.head = head && new Float64Array(head.length)
    this.bodyMoments = new Float64Array(bodyMoments.length)
    this.headMoments = new Float64Array(headMoments.length)
  }

  /** Begins anew, with what the start weighs in the direction. */
  start({ body, head }: Initialization, factor: number): void {
    setScaled(this.body, body, factor)
    if (this.head && head) setScaled(this.head, head, factor)
    this.bodyMoments.fill(0)
    this.headMoments.fill(0)
  }

  /** One task of `tasks`. */
  add({ points, secondMoments }: Found, tasks: number): void {
    const bodySize = this.body.length
    for (const { factor, weights } of points) {
      addScaled(this.body, weights, factor / tasks)
      if (this.head) addMeanRow(this.head, weights, bodySize, this.ways, factor / tasks)
    }
    if (!secondMoments) return
    addScaled(this.bodyMoments, secondMoments, 1 / tasks)
    if (this.headMoments.length > 0) addMeanRow(this.headMoments, secondMoments, bodySize, this.ways, 1 / tasks)
  }
}
