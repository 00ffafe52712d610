/** One line a tenant, whose turns go round. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Lines } from '../../src/serving/lines.js'

function linesOf(...items: readonly string[]): Lines<string> {
  const lines = new Lines<string>()
  for (const item of items) lines.add(tenantOf(item), item)
  return lines
}

/** The items of these tests are called a1, b7: the tenant first. */
const tenantOf = (item: string): string => item.charAt(0)

function takeAll(lines: Lines<string>): string[] {
  return Array.from({ length: lines.size }, () => lines.take() ?? 'nothing')
}

test('tenants take turns, and each tenant is served in the order in which it came', () => {
  expect(takeAll(linesOf('a1', 'a2', 'a3', 'b1', 'c1', 'c2'))).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3'])
})

test('who comes first in line goes before the others of the tenant, not before the other tenants', () => {
  const lines = linesOf('a1', 'b1', 'b2')
  lines.addFirst('b', 'b0')
  expect(takeAll(lines)).toEqual(['a1', 'b0', 'b1', 'b2'])
})

test('what is removed is not taken, and only what waits can be removed', () => {
  const lines = linesOf('a1', 'a2', 'b1')
  expect(lines.remove('a', 'a1')).toBe(true)
  expect([lines.remove('a', 'a1'), lines.remove('b', 'a2'), lines.remove('c', 'a2')]).toEqual([false, false, false])
  expect(lines.size).toBe(2)
  expect(takeAll(lines)).toEqual(['a2', 'b1'])
  expect(lines.remove('b', 'b1')).toBe(false)
})

test('with the last of its line a tenant loses its turn', () => {
  const lines = linesOf('a1', 'b1')
  lines.remove('a', 'a1')
  lines.add('a', 'a2')
  expect(takeAll(lines)).toEqual(['b1', 'a2'])
})

test('there is nothing to take where nobody waits', () => {
  const lines = linesOf('a1')
  lines.take()
  expect([lines.take(), lines.size]).toEqual([undefined, 0])
})

type Move = { readonly does: 'add' | 'addFirst' | 'take' | 'remove'; readonly tenant: string; readonly pick: number }

const moves = fc.array(
  fc.record<Move>({
    does: fc.constantFrom('add', 'addFirst', 'take', 'take', 'remove'),
    tenant: fc.constantFrom('a', 'b', 'c', 'd'),
    pick: fc.nat(20),
  }),
  { maxLength: 60 },
)

test('no tenant has two turns while another one that waits has none, whatever comes and goes', () => {
  fc.assert(
    fc.property(moves, (sequence) => {
      const lines = new Lines<string>()
      const model = new Map<string, string[]>() // the line of each tenant
      /** The tenants that have had a turn since this tenant began to wait. */
      const served = new Map<string, Set<string>>()
      let made = 0
      for (const { does, tenant, pick } of sequence) {
        const line = model.get(tenant) ?? []
        model.set(tenant, line)
        const wasWaiting = line.length > 0
        if (does === 'add' || does === 'addFirst') {
          const item = `${tenant}${made++}`
          lines[does](tenant, item)
          if (does === 'add') line.push(item)
          else line.unshift(item)
          if (!wasWaiting) served.set(tenant, new Set())
        } else if (does === 'remove') {
          const item = line[pick % Math.max(1, line.length)] ?? 'none'
          expect(lines.remove(tenant, item)).toBe(wasWaiting)
          if (wasWaiting) line.splice(line.indexOf(item), 1)
        } else {
          const item = lines.take()
          const waiting = [...model].filter(([, each]) => each.length > 0)
          expect(item === undefined).toBe(waiting.length === 0)
          if (item === undefined) continue
          expect(model.get(tenantOf(item))?.shift()).toBe(item)
          for (const [other] of waiting) {
            if (other === tenantOf(item)) continue
            expect(served.get(other)?.has(tenantOf(item))).toBe(false)
            served.get(other)?.add(tenantOf(item))
          }
          served.set(tenantOf(item), new Set())
        }
        expect(lines.size).toBe([...model.values()].reduce((sum, each) => sum + each.length, 0))
      }
    }),
    { numRuns: 300, seed: 1 },
  )
})
