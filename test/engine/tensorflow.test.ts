/** The tensorflow engine beyond what every engine must do: clients in one call, rows kept on the device, lost workers, no memory. */
import type { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { EngineError, type Executable, OutOfMemoryError } from '../../src/engine/engine.js'
import type { TensorflowEngine } from '../../src/engine/tensorflow/engine.js'
import { findLibrary } from '../../src/engine/tensorflow/find-library.js'
import { Builder } from '../../src/program/builder.js'
import type { Program } from '../../src/program/program.js'
import { createTensorflow, tensorflowMissing } from '../engines.js'

/** y = w x + z of each client, [B, 2]; w is kept, z the same for all. */
function program(clients: number): Program {
  const b = new Builder()
  const [w, x] = [b.keptParam('w', [clients, 2]), b.param('x', [clients, 2])]
  return b.build({ y: b.add(b.mul(w, x), b.param('z', [1, 2])) })
}

const constant = (data: Float32Array) => ({ shape: [1, 2], data, constant: true }) as const
const changing = (...numbers: number[]) => ({ shape: [1, 2], data: Float32Array.from(numbers) })

async function answer(executable: Executable, w: Float32Array, x: number, z = changing(0, 0)): Promise<number[]> {
  const { y } = await executable.run({ w: constant(w), x: changing(x, -x), z })
  return Array.from(y?.data ?? [])
}

const threads: Worker[] = []
const remember = (worker: Worker): void => {
  threads.push(worker)
}
const engines: TensorflowEngine[] = []
function engineOf(settings: { keptBytes?: number } = {}): TensorflowEngine {
  const engine = createTensorflow(settings)
  engines.push(engine)
  return engine
}

/** The sum of size x size copies of x [B, 1]: 4 TB on the way, for a size of a million. */
function spread(clients: number, size: number): Program {
  const b = new Builder()
  const wide = b.expand(b.reshape(b.param('x', [clients, 1]), [clients, 1, 1]), [clients, size, size])
  return b.build({ y: b.reshape(b.sum(wide, [1, 2]), [clients, 1]) })
}

async function compiled(engine = engineOf()): Promise<Executable> {
  const [executable] = await engine.compileForClients([program])
  if (!executable) throw new Error('one executable a program')
  return executable
}

const products = ([a = 0, b = 0]: Float32Array, x: number) => [a * x, -b * x]
const weights = (count: number) => Array.from({ length: count }, (_, i) => Float32Array.of(i + 1, 10 * (i + 1)))

describe.skipIf(tensorflowMissing !== undefined)(
  `tensorflow${tensorflowMissing ? `: ${tensorflowMissing}` : ''}`,
  () => {
    beforeEach(() => {
      threads.length = 0
      process.on('worker', remember)
    })
    afterEach(async () => {
      process.off('worker', remember)
      for (const engine of engines.splice(0)) await engine.close()
    })

    test('clients who ask at the same time have their own answers, with their own weights', async () => {
      const executable = await compiled()
      for (const count of [1, 2, 3, 7]) {
        const given = weights(count)
        const answers = await Promise.all(given.map((w, i) => answer(executable, w, i + 1)))
        expect(answers).toEqual(given.map((w, i) => products(w, i + 1)))
      }
    })

    test('clients who are fed another of what all have in common are answered with that', async () => {
      const executable = await compiled()
      const [w] = weights(1) as [Float32Array]
      const shifts = [1, 2, 3, 4].map((z) => changing(z, z))
      const answers = await Promise.all(shifts.map((z) => answer(executable, w, 1, z)))
      expect(answers).toEqual([1, 2, 3, 4].map((z) => [1 + z, -10 + z]))
    })

    test('more clients than the device keeps weights of are answered as well', async () => {
      // Room for 3 rows of 2 numbers: as many as a call has clients.
      const executable = await compiled(engineOf({ keptBytes: 24 }))
      const given = weights(10)
      for (const round of [0, 1]) {
        const answers = await Promise.all(given.map((w) => answer(executable, w, 1 + round)))
        expect(answers).toEqual(given.map((w) => products(w, 1 + round)))
      }
    })

    test('weights that are not constant are seen as they are at each run', async () => {
      const executable = await compiled()
      const w = Float32Array.of(1, 1)
      const ask = async () =>
        Array.from(
          (await executable.run({ w: { shape: [1, 2], data: w }, x: changing(3, 4), z: changing(0, 0) })).y?.data ?? [],
        )
      expect(await ask()).toEqual([3, 4])
      w.fill(2)
      expect(await ask()).toEqual([6, 8])
    })

    test('a worker that dies is replaced, its runs are run again, and what it kept is sent again', async () => {
      const executable = await compiled()
      const given = weights(4)
      await Promise.all(given.map((w) => answer(executable, w, 1)))
      const asked = given.map((w, i) => answer(executable, w, i + 1))
      void threads[0]?.terminate()
      expect(await Promise.all(asked)).toEqual(given.map((w, i) => products(w, i + 1)))
      expect(await answer(executable, given[2] ?? new Float32Array(2), 5)).toEqual([15, -150])
      expect(threads).toHaveLength(2)
    })

    test('feeds and results that take several pieces to copy do not mix with those of others in between', async () => {
      const engine = engineOf({ keptBytes: 24 })
      const size = 3 * 2 ** 20
      const wide = (clients: number): Program => {
        const b = new Builder()
        const w = b.sum(b.keptParam('w', [clients, 2]), [1])
        return b.build({ y: b.mul(w, b.param('x', [clients, size])) })
      }
      const [large, small] = await engine.compileForClients([wide, program])
      const given = weights(5)
      const answers = given.map(async (w, i) => {
        const x = { shape: [1, size], data: new Float32Array(size).fill(i + 1) }
        const results = large?.run({ w: constant(w), x })
        const between = await answer(small as Executable, w, i + 1)
        return [between, (await results)?.y?.data.at(-1), (await results)?.y?.data[0]]
      })
      const sums = given.map(([a = 0, b = 0], i) => (a + b) * (i + 1))
      expect(await Promise.all(answers)).toEqual(given.map((w, i) => [products(w, i + 1), sums[i], sums[i]]))
    })

    test('what has been disposed of is not there any more, and the engine goes on', async () => {
      const engine = engineOf()
      const [one, other] = await engine.compileForClients([program, program])
      await one?.dispose()
      expect(await answer(other as Executable, Float32Array.of(1, 2), 1)).toEqual([1, -2])
      await other?.dispose()
      await expect(answer(other as Executable, Float32Array.of(1, 2), 1)).rejects.toThrow(EngineError)
      expect(await answer(await compiled(engine), Float32Array.of(1, 2), 1)).toEqual([1, -2])
    })

    test('a device that has no memory for many clients at once does fewer', async () => {
      const [executable] = await engineOf().compileForClients([(clients) => spread(clients, clients > 1 ? 2 ** 20 : 1)])
      const runs = [1, 2, 3, 4].map((x) => executable?.run({ x: { shape: [1, 1], data: Float32Array.of(x) } }))
      expect((await Promise.all(runs)).map((results) => results?.y?.data[0])).toEqual([1, 2, 3, 4])
    })

    test('a program that the device has no memory for at all is refused, and the engine goes on', async () => {
      const engine = engineOf()
      await expect(engine.compileForClients([(clients) => spread(clients, 2 ** 20)])).rejects.toThrow(OutOfMemoryError)
      expect(await answer(await compiled(engine), Float32Array.of(1, 2), 1)).toEqual([1, -2])
    })

    test('the library is found, and tells what it is', async () => {
      expect(await findLibrary()).toMatchObject({ kind: 'found', version: expect.stringMatching(/^2\.\d+\.\d+/) })
    })
  },
)
