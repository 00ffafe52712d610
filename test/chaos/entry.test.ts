/** The judge must be just: every history of a faithful store is possible, and one that has lost something is not. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Content } from './content.js'
import { Entry } from './entry.js'
import type { Operation, Value } from './value.js'

const times = { now: 1e12, highest: 1e12, jumps: 0 }
const around = { times, origin: 'first' }

function put(number: number): Operation {
  const input = { values: [number] }
  const content: Content = {
    model: 'm',
    examples: [{ target: [number], input }],
    seed: number,
    steps: undefined,
    retention: 'both',
    ttlSeconds: undefined,
  }
  return { kind: 'put', content, number }
}

function add(number: number): Operation {
  return { kind: 'add', examples: [{ target: [number], input: { values: [number] } }], number }
}

/** What a store holds, told by version and by the operations that its content comes from. */
type Truth = { readonly version: number; readonly history: readonly number[] } | undefined

function happen(truth: Truth, { kind, number }: Operation): Truth {
  if (kind === 'delete' || (kind === 'add' && !truth)) return undefined
  const before = kind === 'add' && truth ? truth.history : []
  return { version: (truth?.version ?? 0) + 1, history: [...before, number] }
}

function possible(entry: Entry): Value[] {
  return entry.endReading(entry.beginReading())
}

function holds(entry: Entry, truth: Truth): boolean {
  return possible(entry).some((value) =>
    truth ? value?.version === truth.version && value.history.join() === truth.history.join() : value === undefined,
  )
}

const step = fc.record({
  kind: fc.constantFrom('put' as const, 'put' as const, 'add' as const, 'delete' as const),
  fate: fc.constantFrom('acknowledged', 'refused', 'done unheard', 'not done'),
})

function operationOf(kind: Operation['kind'], number: number): Operation {
  if (kind === 'put') return put(number)
  return kind === 'add' ? add(number) : { kind, number }
}

test('what a faithful store holds is always possible', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 6 }), (steps) => {
      const entry = new Entry('a', around)
      let truth: Truth
      for (const [number, { kind, fate }] of steps.entries()) {
        const operation = operationOf(kind, number)
        // There is nothing to add to, or to delete.
        if (kind !== 'put' && !truth) continue
        entry.start(operation)
        if (fate === 'acknowledged' || fate === 'done unheard') truth = happen(truth, operation)
        if (fate === 'acknowledged') expect(entry.acknowledge(operation, truth?.version ?? 0)).toBe(true)
        if (fate === 'refused') expect(entry.refuse(operation)).toBe(true)
        expect(holds(entry, truth)).toBe(true)
      }
      entry.settle()
      expect(holds(entry, truth)).toBe(true)
    }),
  )
})

test('once nothing is open, there is one possibility only', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
      const entry = new Entry('a', around)
      let truth: Truth
      for (const [number, { kind, fate }] of steps.entries()) {
        if (kind !== 'put' && !truth) continue
        const operation = operationOf(kind, number)
        entry.start(operation)
        const isDone = fate === 'acknowledged' || fate === 'done unheard'
        if (isDone) truth = happen(truth, operation)
        if (isDone) entry.acknowledge(operation, truth?.version ?? 0)
        else entry.refuse(operation)
      }
      expect(possible(entry)).toHaveLength(1)
      expect(holds(entry, truth)).toBe(true)
    }),
  )
})

test('what was acknowledged cannot be missing, nor can its version be another', () => {
  const entry = new Entry('a', around)
  const [first, second] = [put(1), put(2)]
  entry.start(first)
  expect(entry.acknowledge(first, 1)).toBe(true)
  expect(holds(entry, undefined)).toBe(false)
  entry.start(second)
  expect(holds(entry, { version: 1, history: [1] })).toBe(true)
  expect(holds(entry, { version: 2, history: [2] })).toBe(true)
  expect(entry.acknowledge(second, 1)).toBe(false)
})

test('what has no answer may have happened, before or after what has one, until all is settled', () => {
  const entry = new Entry('a', around)
  const [lost, heard] = [put(1), put(2)]
  entry.start(lost)
  entry.start(heard)
  expect(entry.acknowledge(heard, 1)).toBe(true)
  expect(holds(entry, { version: 1, history: [2] })).toBe(true)
  expect(holds(entry, { version: 2, history: [1] })).toBe(true)
  expect(holds(entry, { version: 1, history: [1] })).toBe(false)
  entry.settle()
  const third = put(3)
  entry.start(third)
  expect(entry.acknowledge(third, 4)).toBe(false)
})

test('what was seen rules out what does not fit it', () => {
  const entry = new Entry('a', around)
  const lost = put(1)
  entry.start(lost)
  entry.settle()
  expect(possible(entry)).toHaveLength(2)
  const reading = entry.beginReading()
  entry.endReading(reading)
  entry.narrow(reading, (value) => value?.version === 1)
  expect(entry.certain?.version).toBe(1)
})

test('a model that was replaced may, or may not yet, have led to the next version', () => {
  const changing = { times, origin: 'first' }
  const entry = new Entry('a', changing)
  const operation = put(1)
  entry.start(operation)
  entry.acknowledge(operation, 1)
  changing.origin = 'second'
  const seen = possible(entry).map((value) => `${value?.version} of ${value?.origin}`)
  expect(seen.sort()).toEqual(['1 of first', '2 of second'])
})
