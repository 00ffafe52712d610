/**
 * 200 faults: nothing that was acknowledged is lost, and no answer is wrong. CHAOS_SEED plays another run, CHAOS_FAULTS a
 * shorter or longer one, CHAOS_ONLY one with faults of a single kind.
 */
import { expect, test } from 'vitest'
import { planFaults, planOnly } from './plan.js'
import { describeOutcome, runChaos } from './run.js'

const { CHAOS_SEED = '1', CHAOS_FAULTS = '200', CHAOS_ONLY = '' } = process.env
const seed = Number(CHAOS_SEED)
const count = Number(CHAOS_FAULTS)

/** What faults must have led to, or they were none. */
const traces = [
  'broken',
  'refused',
  'no-room',
  'damaged-adaptation',
  'not-restorable',
  'unknown-adaptation',
  'queue-full',
  'request-timeout',
]

function planOf(share: number, own: number) {
  const faults = Math.round(share * count)
  return planOnly(CHAOS_ONLY, faults) ?? planFaults(faults, own)
}

test.each([
  { what: 'small models', seed, plan: planOf(0.8, seed), glyphIds: 0 },
  { what: 'small and large models', seed: seed + 1000, plan: planOf(0.2, seed + 1000), glyphIds: 3 },
])('$what, seed $seed', async (order) => {
  const outcome = await runChaos(order)
  console.log(describeOutcome(outcome))
  expect(outcome.violations.map(({ kind, what }) => `${kind}: ${what}`)).toEqual([])
  if (order.plan.length < 100 || CHAOS_ONLY !== '') return
  const expected = traces.filter((trace) => trace !== 'no-room' || outcome.skipped === undefined)
  expect(expected.filter((trace) => !outcome.met.has(trace))).toEqual([])
})
