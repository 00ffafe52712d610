/** The engine of the command line: all cores, one thread each. */
import { availableParallelism } from 'node:os'
import type { Engine } from '../engine/engine.js'
import { OnnxEngine } from '../engine/onnx/engine.js'

/** Closed in any case when `work` is done. */
export async function withEngine<T>(workers: number | undefined, work: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = OnnxEngine.create({ workers: workers ?? availableParallelism(), threads: 1 })
  try {
    return await work(engine)
  } finally {
    await engine.close()
  }
}
