/** Stands before routes whose addresses take no query: a parameter that would do nothing is refused, not passed over. */
import type { Request, RequestHandler } from 'express'
import { FaultList } from './reading/fault-list.js'
import { readQuery } from './reading/read-query.js'

const none: ReadonlySet<string> = new Set()

export const noQuery: RequestHandler = (request, _response, next) => {
  const faults = new FaultList()
  faults.pass(readQuery(queryOf(request), none, faults))
  next()
}

/** What stands behind the question mark of the address. */
export function queryOf({ url }: Request): string {
  const start = url.indexOf('?')
  return start < 0 ? '' : url.slice(start + 1)
}
