/** The settings of a request that stand in its query instead of its body. */
import type { Fault } from '../failure.js'
import { fault, invalid } from '../faults.js'

const texts = new Set(['model', 'id', 'from', 'retention'])

const number = /^-?\d{1,400}(\.\d{1,400})?([eE][+-]?\d{1,4})?$/

/** What `members` names, numbers as numbers; throws HttpError `invalid-request` for other names and for repeated ones. */
export function readQuery(query: string, members: ReadonlySet<string>): Record<string, string | number> {
  const faults: Fault[] = []
  const settings = new Map<string, string | number>()
  for (const [name, value] of new URLSearchParams(query)) {
    if (!members.has(name)) faults.push(fault([name.slice(0, 100)], 'There is no such query parameter; remove it.'))
    else if (settings.has(name)) faults.push(fault([name], 'It comes more than once in the query; send it once.'))
    // What is no number stays a text, and the validator says what to send.
    else settings.set(name, !texts.has(name) && number.test(value) ? Number(value) : value)
  }
  if (faults.length > 0) throw invalid(faults)
  return Object.fromEntries(settings)
}

/** Body and query as one request; throws HttpError `invalid-request` for what stands in both. */
export function withQuery(body: unknown, query: string, members: ReadonlySet<string>): unknown {
  if (query === '' || typeof body !== 'object' || body === null || Array.isArray(body)) return body
  const settings = readQuery(query, members)
  const twice = Object.keys(settings).filter((name) => Object.hasOwn(body, name))
  if (twice.length > 0) {
    throw invalid(twice.map((name) => fault([name], 'It is in the body and in the query; send it once.')))
  }
  return { ...body, ...settings }
}
