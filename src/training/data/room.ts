/** What a source of tasks has room for: not every one has as many examples as are usually asked about. */

import type { TaskSource } from '../task.js'
import { ClassSource } from './class-source.js'
import { smallestOf } from './example-class.js'
import { FunctionSource } from './function-source.js'

export interface Member {
  readonly name: string
  /** Examples of a class, points of a function. */
  readonly count: number
}

/** The class, or function, with the fewest examples; undefined where there is none, or where they are drawn without end. */
export function smallestIn(source: TaskSource): Member | undefined {
  return smallestOf(membersOf(source))
}

/** As many as every class, or function, has beside the shots; at most `most`, and at least 1, which may be one too many. */
export function queriesBeside(source: TaskSource, shots: number, most: number): number {
  const room = (smallestIn(source)?.count ?? Number.POSITIVE_INFINITY) - shots
  return Math.max(1, Math.min(most, room))
}

/** Whether there is nothing to draw tasks from. */
export function isEmpty(source: TaskSource): boolean {
  return (source instanceof ClassSource || source instanceof FunctionSource) && source.members.length === 0
}

function membersOf(source: TaskSource): readonly Member[] {
  if (source instanceof ClassSource) return source.members
  if (source instanceof FunctionSource)
    return source.members.map(({ name, inputs }) => ({ name, count: inputs.length }))
  return []
}
