/** An engine as the benchmark `engines` runs it: clients at once, each with an adaptation of its own. */
import { expect, test } from 'vitest'
import { CompiledEngine } from '../../../bench/engines/compiled-engine.js'
import { makeTask } from '../../../bench/inner/task.js'
import type { Engine } from '../../../src/engine/engine.js'
import { OnnxEngine } from '../../../src/engine/onnx/engine.js'

const task = makeTask({ classes: 5, batch: 5 }, 3, 1)

function kind(cached: boolean) {
  const open = new Set<Engine>()
  const create = (): Engine => {
    const engine = OnnxEngine.create({ workers: 1, threads: 1 })
    const close = engine.close.bind(engine)
    engine.close = () => {
      open.delete(engine)
      return close()
    }
    open.add(engine)
    return engine
  }
  return { open, kind: { name: 'engine', cached, create } }
}

test('every client has the losses of one alone, adaptation after adaptation', async () => {
  const engine = await CompiledEngine.start(kind(false).kind, task)
  const [alone, three] = [engine.entry(1), engine.entry(3)]
  const [expected] = (await alone.contender.run(1)).losses
  expect(expected).toHaveLength(3)
  expect((await three.contender.run(2)).losses).toEqual([expected, expected, expected])
  expect(await three.contender.prepare(task)).toEqual(await alone.contender.prepare(task))
  await engine.close()
})

test('a second engine, which tells what the cache is worth, does not stay', async () => {
  const { open, kind: cached } = kind(true)
  const engine = await CompiledEngine.start(cached, task)
  expect(open.size).toBe(1)
  expect(engine.secondsAgain).toBeGreaterThan(0)
  await engine.close()
  expect(open.size).toBe(0)
})
