/** When a row of the benchmark `train` counts, and what its figures say. */
import { expect, test } from 'vitest'
import type { Measurement } from '../../../bench/inner/measure.js'
import { makeReport } from '../../../bench/train/report.js'
import { stepsPerIteration } from '../../../bench/train/setting.js'

const LOSSES = [1.6, 0.5]

function measurement(name: string, msPerIteration: readonly number[], losses = LOSSES, digest = 'same'): Measurement {
  const never = () => Promise.reject(new Error('has run already'))
  return {
    contender: { name, family: name, prepare: never, run: never },
    digests: [digest],
    adaptationsPerTurn: 1,
    msPerStep: msPerIteration.map((ms) => ms / stepsPerIteration),
    losses: [LOSSES, losses],
  }
}

const report = (...peers: readonly Measurement[]) =>
  makeReport(2, 'same', { measurements: [measurement('ours', [60, 40, 50]), ...peers], skipped: [], gflops: [50] })

test('medians over the rounds, as rates, ratios and distance to the limit', () => {
  const { rows, limitMs, mflopPerIteration } = report(measurement('peer', [90, 1000, 100]))
  expect(rows.map((row) => row.iterationsPerSecond)).toEqual([20, 10].map((rate) => expect.closeTo(rate, 9)))
  expect(rows.map(({ ratio }) => ratio)).toEqual([1, expect.closeTo(2, 9)])
  expect(limitMs).toBeCloseTo(mflopPerIteration / 100, 9)
  expect(rows[1]?.overLimit).toBeCloseTo(100 / limitMs, 9)
  expect(rows.map((row) => row.void)).toEqual([undefined, undefined])
})

test.each([
  ['another loss', measurement('peer', [100], [1.6, 0.5002])],
  ['a loss that is not a number', measurement('peer', [100], [1.6, Number.NaN])],
  ['too few losses', measurement('peer', [100], [1.6])],
  ['other data', measurement('peer', [100], LOSSES, 'another')],
])('%s makes a row void', (_, peer) => {
  expect(report(peer).rows.map((row) => row.void)).toEqual([undefined, expect.any(String)])
})

test('rounding does not', () => {
  expect(report(measurement('peer', [100], [1.60015, 0.50009])).rows[1]?.void).toBeUndefined()
})
