/** What is kept on the device lies where the engine thinks it lies, whatever came in between. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Shelves, shelfName, shelvesFor } from '../../src/engine/tensorflow/shelves.js'
import { Builder } from '../../src/program/builder.js'

const input = { name: 'weights', dtype: 'f32', shape: [1, 4], shelf: 'm0_4' } as const

test('whatever is placed in whichever order, a number that is given out leads to that row', () => {
  const rows = Array.from({ length: 8 }, (_, i) => Float32Array.of(i))
  const places = fc.array(fc.record({ row: fc.nat(7), constant: fc.boolean() }), { maxLength: 60 })
  fc.assert(
    fc.property(places, fc.integer({ min: 1, max: 5 }), (asked, size) => {
      const shelves = new Shelves(() => size)
      /** As the worker has them. */
      const device = new Map<number, number>()
      for (const { row, constant } of asked) {
        const data = rows[row] ?? new Float32Array(0)
        const placed = shelves.place(input, data, constant)
        if (placed?.isNew) device.set(placed.number, row)
        expect(placed?.number).toBeLessThan(size)
        expect(device.get(placed?.number ?? -1)).toBe(row)
        if (!constant) expect(placed?.isNew).toBe(true)
      }
    }),
    { numRuns: 200, seed: 1 },
  )
})

test('what comes again is not sent again, and what was used last stays', () => {
  const shelves = new Shelves(() => 2)
  const [a, b, c] = [1, 2, 3].map((x) => Float32Array.of(x)) as [Float32Array, Float32Array, Float32Array]
  const isNew = [a, b, a, c, a, b].map((row) => shelves.place(input, row, true)?.isNew)
  expect(isNew).toEqual([true, true, false, true, false, true])
})

test('what is not kept goes through the mailbox', () => {
  const shelves = new Shelves(() => 2)
  expect([shelves.keeps(input), shelves.keeps({ ...input, shelf: undefined })]).toEqual([true, false])
})

test('a shelf holds what its bytes hold, never fewer rows than a run needs, and is shared by rows of one shape', () => {
  const program = (clients: number) => {
    const b = new Builder()
    const [x, y] = [b.keptParam('x', [clients, 100]), b.keptParam('y', [clients, 100])]
    return b.build({ z: b.add(b.add(x, y), b.keptParam('w', [1, 3, 100]).type.shape.length === 3 ? x : y) })
  }
  const shelves = shelvesFor([program(1), program(8)], 7, 12 * 400)
  expect(shelves).toEqual([
    { name: shelfName(7, [100]), rows: 16, rowShape: [100] },
    { name: shelfName(7, [3, 100]), rows: 4, rowShape: [3, 100] },
  ])
})

test('what has been forgotten is sent again, and nothing else', () => {
  const shelves = new Shelves(() => 3)
  const [a, b] = [Float32Array.of(1), Float32Array.of(2)]
  const { number } = shelves.place(input, a, true)
  shelves.place(input, b, true)
  shelves.forget(input, [number])
  expect([a, b, a].map((row) => shelves.place(input, row, true).isNew)).toEqual([true, false, false])
})
