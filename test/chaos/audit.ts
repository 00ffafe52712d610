/** Looks everything over while nothing else happens. */
import { jsonOf } from './ask.js'
import type { Judge } from './judge.js'
import type { Ledger } from './ledger.js'
import { type SeenAdaptation, seenPage } from './seen.js'
import type { Traffic } from './traffic.js'

const atOnce = 8

/** Every adaptation answers as it should, and the list shows them all. */
export async function audit(traffic: Traffic, ledger: Ledger, judge: Judge): Promise<void> {
  const entries = [...ledger.entries.values()].filter(({ reported }) => !reported)
  for (let from = 0; from < entries.length; from += atOnce) {
    await Promise.all(entries.slice(from, from + atOnce).map((entry) => traffic.predict(entry)))
  }
  const listed = await listAll(traffic, judge)
  if (listed) judge.list(listed)
}

/** Undefined where it is refused. */
async function listAll(traffic: Traffic, judge: Judge): Promise<Map<string, SeenAdaptation> | undefined> {
  const found = new Map<string, SeenAdaptation>()
  for (let from = ''; ; ) {
    const reply = await traffic.send({ method: 'GET', path: `/adaptations?limit=20${from}` })
    judge.page(reply)
    if (typeof reply === 'string' || reply.status !== 200) return undefined
    const page = seenPage.parse(jsonOf(reply.text))
    for (const one of page.adaptations) found.set(one.id, one)
    if (page.next === undefined) return found
    from = `&from=${page.next}`
  }
}
