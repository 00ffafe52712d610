/** The settings of a request that stand in its query instead of its body. */
import type { FaultList } from './fault-list.js'

const texts = new Set(['model', 'id', 'from', 'retention'])

const number = /^-?\d{1,400}(\.\d{1,400})?([eE][+-]?\d{1,4})?$/

/** What `members` names, numbers as numbers; other names and repeated ones are faults. */
export function readQuery(
  query: string,
  members: ReadonlySet<string>,
  faults: FaultList,
): Record<string, string | number> {
  const settings = new Map<string, string | number>()
  for (const [name, value] of new URLSearchParams(query)) {
    if (!members.has(name)) faults.add([name.slice(0, 100)], 'There is no such query parameter; remove it.')
    else if (settings.has(name)) faults.add([name], 'It comes more than once in the query; send it once.')
    // What is no number stays a text, and the validator says what to send.
    else settings.set(name, !texts.has(name) && number.test(value) ? Number(value) : value)
  }
  return Object.fromEntries(settings)
}

/** The members of body and query as one request; what stands in both is a fault. */
export function withQuery(body: object, query: string, members: ReadonlySet<string>, faults: FaultList): object {
  const settings = readQuery(query, members, faults)
  for (const name of Object.keys(settings)) {
    if (Object.hasOwn(body, name)) faults.add([name], 'It is in the body and in the query; send it once.')
  }
  return { ...body, ...settings }
}
