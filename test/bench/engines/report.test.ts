/** When a row of the benchmark `engines` counts, and what its figures say. */
import { expect, test } from 'vitest'
import { reference } from '../../../bench/engines/kinds.js'
import { printSection } from '../../../bench/engines/print.js'
import { type Entry, makeSection } from '../../../bench/engines/report.js'
import type { Measurement } from '../../../bench/inner/measure.js'
import { digestOf, makeTask } from '../../../bench/inner/task.js'

const task = makeTask({ classes: 5, batch: 5 }, 2, 1)
const digest = digestOf(task)
const device = { kind: 'gpu', name: 'a fast card', version: '2.21.0' } as const
const compiling = [
  { name: reference, seconds: 0.05, secondsAgain: undefined },
  { name: 'XLA', seconds: 7, secondsAgain: 1.5 },
]
const LOSSES = [1.6, 0.5]

interface Measured extends Entry {
  readonly measurement: Measurement
}

/** `ms`: of a step of all clients, one number a round. */
function measured(name: string, clients: number, ms: readonly number[], losses = LOSSES): Measured {
  const never = () => Promise.reject(new Error('has run already'))
  const contender = { name, family: name, prepare: never, run: never }
  const all = [LOSSES, losses]
  return {
    contender,
    clients,
    measurement: { contender, digests: [digest], adaptationsPerTurn: 1, msPerStep: ms, losses: all },
  }
}

const onnx = [measured(reference, 1, [3]), measured(reference, 8, [17, 15, 16])]
const eager = measured('eager', 1, [20])

function section(...all: readonly Measured[]) {
  const measurements = all.map(({ measurement }) => measurement)
  return makeSection(device, task, all, { measurements, skipped: [], gflops: [] }, compiling)
}

test('the time of a step is divided by its clients', () => {
  const { rows } = section(...onnx, eager)
  expect(rows.map(({ msPerStep }) => msPerStep.median)).toEqual([3, 2, 20])
  expect(rows[1]?.msPerStep).toMatchObject({ min: 15 / 8, max: 17 / 8 })
  expect(rows[1]?.gflops).toBeCloseTo(79 / 2, 0)
})

test('ratios are of rates: to eager TensorFlow.js, and to the onnx engine with the most clients', () => {
  const { rows } = section(...onnx, measured('XLA', 8, [4]), eager)
  expect(rows.map(({ toOnnx }) => toOnnx)).toEqual([2 / 3, 1, 4, 0.1].map((ratio) => expect.closeTo(ratio, 9)))
  expect(rows.map(({ toEager }) => toEager)).toEqual([20 / 3, 10, 40, 1].map((ratio) => expect.closeTo(ratio, 9)))
})

test('without eager TensorFlow.js there is no ratio to it', () => {
  expect(section(...onnx).rows.map(({ toEager }) => toEager)).toEqual([undefined, undefined])
})

test('one client with other losses makes the row void', () => {
  const { rows } = section(...onnx, measured('XLA', 8, [4], [1.6, 0.5002]), measured('XLA', 64, [9], [1.6]), eager)
  expect(rows.map((row) => row.void)).toEqual([undefined, undefined, expect.any(String), expect.any(String), undefined])
  expect(section(...onnx, measured('XLA', 8, [4], [1.60015, 0.50009])).rows[2]?.void).toBeUndefined()
})

test('a void row has no figures to quote, and the device and the time of compiling are said', () => {
  const text = printSection(section(...onnx, measured('XLA', 8, [4], [1.6, Number.NaN]), eager))
  expect(text).toContain('on a fast card')
  expect(text).toContain('XLA 7.00 s (1.50 s from the cache)')
  const row = text.split('\n').find((line) => line.includes('VOID'))
  expect(row).toMatch(/XLA +8 .* - +- +- +NaN/)
})
