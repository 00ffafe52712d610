/**
 * What the onnx engine's workers keep between runs: feeds that are constant are not sent again, all others are; and the
 * priority at which they run.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import type { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Executable } from '../../src/engine/engine.js'
import { Constants } from '../../src/engine/onnx/constants.js'
import { OnnxEngine } from '../../src/engine/onnx/engine.js'
import { placeRows, sortInputs } from '../../src/engine/workers/keeper.js'
import type { CompiledProgram } from '../../src/engine/workers/protocol.js'
import { Builder } from '../../src/program/builder.js'
import type { Program } from '../../src/program/program.js'

/** y = factor * x + z, for two numbers. */
function program(factor = 1): Program {
  const b = new Builder()
  return b.build({ y: b.add(b.scale(b.param('x', [2]), factor), b.param('z', [2])) })
}

type Data = Float32Array

const constant = (data: Float32Array) => ({ shape: [2], data, constant: true }) as const
const changing = (data: Float32Array) => ({ shape: [2], data })

async function sum(executable: Executable, x: ReturnType<typeof constant | typeof changing>, z = 0): Promise<number[]> {
  const { y } = await executable.run({ x, z: changing(Float32Array.of(z, z)) })
  return Array.from(y?.data ?? [])
}

/** Every thread that this file has started, oldest first. */
const threads: Worker[] = []
const remember = (worker: Worker): void => {
  threads.push(worker)
}
beforeEach(() => {
  threads.length = 0
  process.on('worker', remember)
})
afterEach(() => {
  process.off('worker', remember)
})

/** One worker for all tests that need no other: starting one takes longer than any of them. */
const engine = OnnxEngine.create({ workers: 1, threads: 1 })
afterAll(() => engine.close())

const others: OnnxEngine[] = []
afterEach(async () => {
  for (const other of others.splice(0)) await other.close()
})

function engineOf(workers: number, niceness = 0): OnnxEngine {
  const other = OnnxEngine.create({ workers, threads: 1, niceness })
  others.push(other)
  return other
}

const [one, two] = [Float32Array.of(1, 10), Float32Array.of(2, 20)]

describe('a constant feed', () => {
  test('gives the same again, beside a feed that changes', async () => {
    const executable = await engine.compile(program())
    for (const z of [1, 2, 3]) expect(await sum(executable, constant(one), z)).toEqual([1 + z, 10 + z])
  })

  test('gives way to another one, and comes back', async () => {
    const executable = await engine.compile(program())
    const answers = []
    for (const x of [one, two, one, one, two]) answers.push((await sum(executable, constant(x)))[0])
    expect(answers).toEqual([1, 2, 1, 1, 2])
  })

  test('comes back after one that is not constant', async () => {
    const executable = await engine.compile(program())
    const answers = []
    for (const x of [constant(one), changing(two), constant(one), changing(one), constant(two)])
      answers.push((await sum(executable, x))[0])
    expect(answers).toEqual([1, 2, 1, 1, 2])
  })

  test('of one program is not the one of another', async () => {
    const [plain, tenfold] = [await engine.compile(program()), await engine.compile(program(10))]
    expect([await sum(plain, constant(one)), await sum(tenfold, constant(two))]).toEqual([
      [1, 10],
      [20, 200],
    ])
    expect([await sum(plain, constant(two)), await sum(tenfold, constant(two))]).toEqual([
      [2, 20],
      [20, 200],
    ])
  })

  test('is known to each worker for itself', async () => {
    const executable = await engineOf(3).compile(program())
    const fed = Array.from({ length: 40 }, (_, i) => (i % 3 === 0 ? one : two))
    const answers = await Promise.all(fed.map((x, z) => sum(executable, constant(x), z)))
    expect(answers).toEqual(fed.map(([a = 0, b = 0], z) => [a + z, b + z]))
  })

  test('is sent anew to the worker that takes the place of one that died', async () => {
    const executable = await engineOf(1).compile(program())
    expect(await sum(executable, constant(one))).toEqual([1, 10])
    void threads[0]?.terminate()
    expect(await sum(executable, constant(one))).toEqual([1, 10])
    expect(await sum(executable, constant(one), 1)).toEqual([2, 11])
    expect(threads).toHaveLength(2)
  })
})

test('a feed that is not constant is seen as it is at each run, though it is the same array', async () => {
  const executable = await engine.compile(program())
  const x = Float32Array.of(1, 10)
  expect(await sum(executable, changing(x))).toEqual([1, 10])
  x.set([7, 70])
  expect(await sum(executable, changing(x))).toEqual([7, 70])
})

test('whatever is fed in whichever order, each run computes with its own feeds', async () => {
  const executable = await engineOf(2).compile(program())
  const constants = [1, 2, 3].map((value) => Float32Array.of(value, -value))
  const feed = fc.oneof(
    fc.constantFrom(...constants).map((data) => constant(data)),
    fc.integer({ min: 4, max: 9 }).map((value) => changing(Float32Array.of(value, -value))),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(feed, { minLength: 1, maxLength: 15 }), async (feeds) => {
      const answers = await Promise.all(feeds.map((x, z) => sum(executable, x, z)))
      expect(answers).toEqual(feeds.map(({ data: [a = 0, b = 0] }, z) => [a + z, b + z]))
    }),
    { numRuns: 30, seed: 1 },
  )
})

test('only what has changed is sent', () => {
  const compiled: CompiledProgram = {
    id: 0,
    inputs: ['x', 'z'].map((name) => ({ name, dtype: 'f32', shape: [1, 2] })),
    outputs: [],
  }
  const constants = new Constants(16 * 2 ** 20)
  const z = changing(Float32Array.of(0, 0))
  const sent = [constant(one), constant(one), constant(two), changing(one), constant(two), constant(one)].map((x) => {
    const runs = [{ feeds: { x, z } }]
    const { kept, changed } = sortInputs(compiled, runs, constants)
    return { changed: changed.map(({ name }) => name), ...placeRows(kept, runs, constants) }
  })
  expect(sent).toEqual([
    { changed: ['z'], put: [['x', 0, one]], rows: [['x', [0]]] },
    { changed: ['z'], put: [], rows: [['x', [0]]] },
    { changed: ['z'], put: [['x', 1, two]], rows: [['x', [1]]] },
    { changed: ['x', 'z'], put: [], rows: [] },
    { changed: ['z'], put: [], rows: [['x', [1]]] },
    { changed: ['z'], put: [], rows: [['x', [0]]] },
  ])
})

test('the constants used last stay when there are too many, and what goes is told once', () => {
  const constants = new Constants(16 * 2 ** 20)
  const [a, b, c, d] = Array.from({ length: 4 }, () => new Float32Array(1.25 * 2 ** 20)) as [Data, Data, Data, Data]
  const place = (data: Data) => constants.place({ name: 'x', dtype: 'f32', shape: [1, 2] }, data)
  expect([a, b, c].map(place)).toEqual([0, 1, 2].map((number) => ({ number, isNew: true })))
  expect(place(a)).toEqual({ number: 0, isNew: false })
  expect(place(d)).toEqual({ number: 3, isNew: true })
  expect([constants.takeGone(), constants.takeGone()]).toEqual([[1], []])
  expect([a, c, d].map(place)).toEqual([0, 2, 3].map((number) => ({ number, isNew: false })))
  expect(place(b)).toEqual({ number: 4, isNew: true })
})

test('the workers of a nice engine, and nobody else, let others go first', async ({ skip }) => {
  skip(process.platform !== 'linux', 'only Linux gives threads a priority of their own, and tells it in /proc')
  const own = getPriority()
  skip(own >= nicest, 'this process lets everybody go first already')
  expect(nicenesses()).not.toContain(nicest)
  const executable = await engineOf(2, nicest).compile(program())
  expect(await sum(executable, constant(one))).toEqual([1, 10])
  expect(nicenesses().filter((niceness) => niceness === nicest).length).toBeGreaterThanOrEqual(2)
  expect([getPriority(), nicenessOf(process.pid)]).toEqual([own, own])
})

const nicest = 19

/** Of every thread of this process. */
function nicenesses(): number[] {
  return readdirSync('/proc/self/task').map(nicenessOf)
}

/** proc(5): the 19th field of stat; the 2nd is in brackets and may have spaces. */
function nicenessOf(thread: number | string): number {
  const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8')
  const fromThird = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fromThird[16])
}
