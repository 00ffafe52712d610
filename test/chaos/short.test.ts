/** A few faults of the most important kinds; `npm run test:chaos` plays 200. */
import { expect, test } from 'vitest'
import type { FaultKind } from './faults.js'
import { describeOutcome, runChaos } from './run.js'

const plan: readonly FaultKind[] = [
  'kill -9 during puts',
  'hang up while sending',
  'damaged record',
  'full disk and kill -9',
  'hang up before the answer',
  'SIGTERM restart',
  'clock jump',
  'full disk',
  'engine thread ends',
  'model replaced',
  'kill -9',
]

test('nothing that was acknowledged is lost, and no answer is wrong', { timeout: 240_000 }, async () => {
  const outcome = await runChaos({ seed: 1, plan, glyphIds: 0 })
  console.log(describeOutcome(outcome))
  expect(outcome.violations.map(({ kind, what }) => `${kind}: ${what}`)).toEqual([])
  expect(outcome.acknowledged).toBeGreaterThan(50)
})
