/** What every engine must do: the same suite runs on each of them. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Engine, EngineError, type Tensors } from '../../src/engine/engine.js'
import { evaluate } from '../../src/engine/reference.js'
import { Builder } from '../../src/program/builder.js'
import { type Program, paramsOf } from '../../src/program/program.js'
import { randomPrograms } from './random-programs.js'
import { rows } from './rows.js'

/** float32 against float64, on numbers of about 1. */
const TOLERANCE = 1e-5

/** `missing`: why it cannot be tested here. */
export function describeEngine(name: string, create: () => Engine, randomRuns: number, missing?: string): void {
  describe.skipIf(missing !== undefined)(`engine ${name}${missing ? `: ${missing}` : ''}`, () => {
    let engine: Engine
    beforeAll(() => {
      engine = create()
    })
    afterAll(() => engine.close())

    test.each(rows.map((row) => [row.name, row] as const))('%s', async (_name, { program, feeds, expected }) => {
      const results = await runOnce(engine, program, feeds)
      for (const [output, numbers] of Object.entries(expected)) expectClose(results[output]?.data ?? [], numbers)
    })

    test('random programs give what float64 gives', async () => {
      await fc.assert(
        fc.asyncProperty(randomPrograms, async ({ program, feeds }) => {
          const results = await runOnce(engine, program, feeds)
          expectClose(results.y?.data ?? [], evaluate(program, feeds).y ?? [])
        }),
        { numRuns: randomRuns, seed: 20261122 },
      )
    })

    test('runs at the same time do not mix', async () => {
      const { program } = doubling()
      const executable = await engine.compile(program)
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          executable.run({ x: { shape: [2], data: Float32Array.of(i + 1, 1 - i) } }),
        ),
      )
      results.forEach(({ y }, i) => {
        expect(Array.from(y?.data ?? [])).toEqual([2 * i + 2, 2 - 2 * i])
      })
      await executable.dispose()
    })

    test('feeds may lie in shared memory and stay as they are', async () => {
      const executable = await engine.compile(doubling().program)
      const data = new Float32Array(new SharedArrayBuffer(8))
      data.set([1, 2])
      const { y } = await executable.run({ x: { shape: [2], data } })
      expect([Array.from(y?.data ?? []), Array.from(data)]).toEqual([
        [2, 4],
        [1, 2],
      ])
      await executable.dispose()
    })

    test('gives only what is wanted, into the memory there is for it, be it that of a feed', async () => {
      const b = new Builder()
      const x = b.param('x', [2])
      const executable = await engine.compile(b.build({ twice: b.scale(x, 2), minus: b.neg(x) }))
      const data = Float32Array.of(1, 2)
      const results = await executable.run({ x: { shape: [2], data } }, ['twice'], { twice: data })
      expect(Object.keys(results)).toEqual(['twice'])
      expect(results.twice?.data).toBe(data)
      expect(Array.from(data)).toEqual([2, 4])
      await executable.dispose()
    })

    test.each([
      ['missing', {}, /needs x \[2\]/],
      ['of another shape', { x: { shape: [3], data: new Float32Array(3) } }, /x must be \[2\], not \[3\]/],
      ['of another length', { x: { shape: [2], data: new Float32Array(3) } }, /x must be \[2\]/],
      ['of another type', { x: { shape: [2], data: new Int32Array(2) } }, /x must be a Float32Array/],
      [
        'unknown',
        { x: { shape: [2], data: new Float32Array(2) }, z: { shape: [], data: new Float32Array(1) } },
        /no parameter z/,
      ],
    ] as [string, Tensors, RegExp][])('a feed that is %s is refused by name', async (_kind, feeds, message) => {
      const executable = await engine.compile(doubling().program)
      await expect(executable.run(feeds)).rejects.toThrow(message)
      await expect(executable.run(feeds)).rejects.toBeInstanceOf(EngineError)
      await executable.dispose()
    })
  })
}

function doubling(): { program: Program } {
  const b = new Builder()
  const x = b.param('x', [2])
  return { program: b.build({ y: b.add(x, x) }) }
}

async function runOnce(
  engine: Engine,
  program: Program,
  numbers: Readonly<Record<string, ArrayLike<number>>>,
): Promise<Tensors> {
  const executable = await engine.compile(program)
  const feeds = paramsOf(program).map(({ name, type }) => {
    const values = Array.from(numbers[name] ?? [])
    return [
      name,
      { shape: type.shape, data: type.dtype === 'i32' ? Int32Array.from(values) : Float32Array.from(values) },
    ] as const
  })
  const results = await executable.run(Object.fromEntries(feeds))
  await executable.dispose()
  return results
}

/** Equal up to TOLERANCE, absolute for small and relative for large numbers; NaN is expected where anything goes. */
function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length)
  const worst = Array.from(expected).reduce(
    (most, value, i) =>
      Number.isNaN(value)
        ? most
        : Math.max(most, Math.abs((actual[i] ?? Number.NaN) - value) / Math.max(1, Math.abs(value))),
    0,
  )
  expect(worst).toBeLessThan(TOLERANCE)
}
