/** What is wrong with the members of a request, as JSON pointers (RFC 6901) and sentences. */
import type { z } from 'zod'
import { type Fault, HttpError } from './failure.js'

/** Of a body full of faults the first few will do. */
export const mostFaults = 20

/** A made-up name is repeated in the answer up to here, in characters. */
const longestKey = 100

export type Path = readonly PropertyKey[]

export function invalid(faults: readonly Fault[]): HttpError {
  const detail = 'Correct the members of the request that the errors point at.'
  return new HttpError({ code: 'invalid-request', faults: faults.slice(0, mostFaults) }, detail)
}

/** What a validator found in the member at `path`. */
export function faultsOf({ issues }: z.ZodError, path: Path): Fault[] {
  return firstOfEach(issues.flatMap((issue) => explain(issue, path)))
}

function explain(issue: z.core.$ZodIssue, parent: Path): Fault[] {
  const path = [...parent, ...issue.path]
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys
        .slice(0, mostFaults)
        .map((key) => fault([...path, key.slice(0, longestKey)], 'There is no such member; remove it.'))
    case 'invalid_union': {
      const meant = closest(issue.errors)
      return meant ? meant.flatMap((inner) => explain(inner, path)) : [fault(path, issue.message)]
    }
    default:
      return [fault(path, issue.message)]
  }
}

/** The alternative with the fewest issues is the one that was meant; where two are as close, none is. */
function closest(alternatives: readonly z.core.$ZodIssue[][]): z.core.$ZodIssue[] | undefined {
  const [first, second] = alternatives.toSorted((a, b) => a.length - b.length)
  return first && second && first.length < second.length ? first : undefined
}

/** A member that breaks two rules, such as a number out of every range, is told of one. */
function firstOfEach(faults: readonly Fault[]): Fault[] {
  const byPointer = new Map<string, Fault>()
  for (const one of faults) if (!byPointer.has(one.pointer)) byPointer.set(one.pointer, one)
  return [...byPointer.values()]
}

export function fault(path: Path, detail: string): Fault {
  return { pointer: pointer(path), detail }
}

function pointer(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
