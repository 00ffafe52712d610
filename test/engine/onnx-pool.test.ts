/** The onnx engine's worker threads: many runs, threads that end, and the end of them all. */
import type { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { EngineError, type Executable } from '../../src/engine/engine.js'
import { Constants } from '../../src/engine/onnx/constants.js'
import { OnnxEngine } from '../../src/engine/onnx/engine.js'
import { encodeModel } from '../../src/engine/onnx/format.js'
import { lower } from '../../src/engine/onnx/lower.js'
import { WorkerPool } from '../../src/engine/workers/pool.js'
import { Builder } from '../../src/program/builder.js'
import type { Program } from '../../src/program/program.js'

/** y = factor * x, for two numbers. */
function scaling(factor: number, param = 'x'): Program {
  const b = new Builder()
  return b.build({ y: b.scale(b.param(param, [2]), factor) })
}

async function runWith(executable: Executable, x: number, param = 'x'): Promise<number[]> {
  const { y } = await executable.run({ [param]: { shape: [2], data: Float32Array.of(x, -x) } })
  return Array.from(y?.data ?? [])
}

const numbersTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1)

/** Every thread that this process has started, oldest first. */
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

/** Ends an idle thread from outside. Whatever is sent to it from now on is not read any more. */
function end(thread: Worker | undefined): void {
  if (!thread) throw new Error('there is no such thread')
  void thread.terminate()
}

describe('many runs at a time', () => {
  test('runs of several programs do not mix, though they wait in one queue', async () => {
    const engine = OnnxEngine.create({ workers: 2, threads: 1 })
    const executables = await Promise.all(
      [2, 3, 5].map(async (factor) => ({ factor, executable: await engine.compile(scaling(factor)) })),
    )
    const runs = numbersTo(60).flatMap((x) =>
      executables.map(({ factor, executable }) => ({
        expected: [factor * x, -factor * x],
        result: runWith(executable, x),
      })),
    )
    for (const { expected, result } of runs) expect(await result).toEqual(expected)
    await engine.close()
  })

  test('a program is compiled and disposed of while another one runs', async () => {
    const engine = OnnxEngine.create({ workers: 2, threads: 1 })
    const doubling = await engine.compile(scaling(2))
    const running = Promise.all(numbersTo(100).map((x) => runWith(doubling, x)))
    const tripling = await engine.compile(scaling(3))
    expect(await runWith(tripling, 4)).toEqual([12, -12])
    await tripling.dispose()
    expect(await running).toEqual(numbersTo(100).map((x) => [2 * x, -2 * x]))
    await engine.close()
  })

  test('as many threads are started as there are workers', async () => {
    const engine = OnnxEngine.create({ workers: 3, threads: 1 })
    await engine.compile(scaling(2))
    expect([engine.parallelism, threads.length]).toEqual([3, 3])
    await engine.close()
  })
})

describe('a program that cannot be loaded', () => {
  test('is an EngineError, and the engine goes on', async () => {
    const engine = OnnxEngine.create({ workers: 1, threads: 1 })
    const nameless = engine.compile(scaling(2, ''))
    await expect(nameless).rejects.toBeInstanceOf(EngineError)
    await expect(nameless).rejects.toThrow(/^the onnx engine failed: .*invalid model/)
    expect(await runWith(await engine.compile(scaling(2)), 1)).toEqual([2, -2])
    await engine.close()
  })

  test('a parameter may have any name', async () => {
    const engine = OnnxEngine.create({ workers: 1, threads: 1 })
    try {
      expect(await runWith(await engine.compile(scaling(2, 't0')), 1, 't0')).toEqual([2, -2])
    } finally {
      await engine.close()
    }
  })
})

describe('a thread that ends', () => {
  test('loses no run: another thread runs it', async () => {
    const engine = OnnxEngine.create({ workers: 2, threads: 1 })
    const executable = await engine.compile(scaling(2))
    end(threads[0])
    expect(await Promise.all(numbersTo(20).map((x) => runWith(executable, x)))).toEqual(
      numbersTo(20).map((x) => [2 * x, -2 * x]),
    )
    await engine.close()
  })

  test('is replaced again where the one in its place cannot load everything, and its runs wait for the next', async () => {
    const program = scaling(2)
    const graph = lower(program)
    const specs = { shape: [2], dtype: 'f32', stacked: false } as const
    const outputs = [{ ...specs, name: 'y', source: graph.outputs[0]?.name ?? '' }]
    const bytes = encodeModel(graph)
    const whole = Uint8Array.from(bytes)
    const model = { id: 0, bytes, programs: [{ id: 0, inputs: [{ ...specs, name: 'x' }], outputs }], shelves: [] }
    const pool = new WorkerPool(1, {
      engine: 'onnx',
      worker: new URL('../../src/engine/onnx/worker.js', import.meta.url),
      workerData: { threads: 1, niceness: 0 },
      createKeeper: () => new Constants(1000),
    })
    await pool.load(model)
    bytes.fill(0)
    end(threads[0])
    const asked = pool.run(0, [{ feeds: { x: { shape: [2], data: Float32Array.of(1, 2) } } }])
    while (threads.length < 3) await new Promise((resolve) => process.once('worker', resolve))
    bytes.set(whole)
    expect(Array.from((await asked)[0]?.y ?? [])).toEqual([2, 4])
    await pool.unload(model)
    await pool.close()
  })

  test('is replaced by one that knows the programs', async () => {
    const engine = OnnxEngine.create({ workers: 1, threads: 1 })
    const [doubling, tripling, gone] = [
      await engine.compile(scaling(2)),
      await engine.compile(scaling(3)),
      await engine.compile(scaling(5)),
    ]
    await gone.dispose()
    end(threads[0])
    expect([await runWith(doubling, 2), await runWith(tripling, 2)]).toEqual([
      [4, -4],
      [6, -6],
    ])
    await expect(runWith(gone, 1)).rejects.toThrow(/not loaded/)
    expect(threads).toHaveLength(2)
    await engine.close()
  })

  test('is replaced again and again', async () => {
    const engine = OnnxEngine.create({ workers: 1, threads: 1 })
    const executable = await engine.compile(scaling(2))
    for (let deaths = 0; deaths < 3; deaths++) {
      end(threads.at(-1))
      expect(await runWith(executable, 1)).toEqual([2, -2])
    }
    await engine.close()
  })

  test('fails what was being compiled, which can be tried again', async () => {
    const engine = OnnxEngine.create({ workers: 1, threads: 1 })
    await engine.compile(scaling(2))
    end(threads[0])
    await expect(engine.compile(scaling(3))).rejects.toThrow('a worker of the onnx engine ended')
    expect(await runWith(await engine.compile(scaling(3)), 1)).toEqual([3, -3])
    await engine.close()
  })

  test('does not keep the engine from closing', { timeout: 10_000 }, async () => {
    const engine = OnnxEngine.create({ workers: 2, threads: 1 })
    await engine.compile(scaling(2))
    end(threads[1])
    await engine.close()
  })

  test('while closing fails what nobody is left to do', { timeout: 10_000 }, async () => {
    const engine = OnnxEngine.create({ workers: 1, threads: 1 })
    const executable = await engine.compile(scaling(2))
    end(threads[0])
    const runs = Promise.allSettled(numbersTo(3).map((x) => runWith(executable, x)))
    await engine.close()
    for (const run of await runs) expect(run).toMatchObject({ status: 'rejected', reason: expect.any(EngineError) })
  })
})

describe('close', () => {
  test('finishes what is queued', async () => {
    const engine = OnnxEngine.create({ workers: 2, threads: 1 })
    const executable = await engine.compile(scaling(2))
    const runs = Promise.all(numbersTo(50).map((x) => runWith(executable, x)))
    await engine.close()
    expect(await runs).toEqual(numbersTo(50).map((x) => [2 * x, -2 * x]))
  })

  test('ends every thread', async () => {
    const engine = OnnxEngine.create({ workers: 2, threads: 1 })
    await engine.compile(scaling(2))
    let running = threads.length
    for (const thread of threads) thread.once('exit', () => running--)
    await engine.close()
    expect(running).toBe(0)
  })

  test('can be asked for twice', async () => {
    const engine = OnnxEngine.create({ workers: 1, threads: 1 })
    await Promise.all([engine.close(), engine.close()])
    await engine.close()
  })

  test.each<[string, (executable: Executable, engine: OnnxEngine) => Promise<unknown>]>([
    ['a run', (executable) => runWith(executable, 1)],
    ['a program to compile', (_executable, engine) => engine.compile(scaling(3))],
  ])('%s is refused from then on', { timeout: 10_000 }, async (_what, ask) => {
    const engine = OnnxEngine.create({ workers: 1, threads: 1 })
    const executable = await engine.compile(scaling(2))
    const closing = engine.close()
    await expect(ask(executable, engine)).rejects.toThrow(new EngineError('the onnx engine is closed'))
    await closing
    await expect(ask(executable, engine)).rejects.toThrow(new EngineError('the onnx engine is closed'))
  })

  test('leaves nothing to dispose of', { timeout: 10_000 }, async () => {
    const engine = OnnxEngine.create({ workers: 1, threads: 1 })
    const executable = await engine.compile(scaling(2))
    await engine.close()
    await executable.dispose()
  })
})
