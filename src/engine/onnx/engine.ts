/** The embedded engine: a Program becomes one ONNX graph, which onnxruntime runs on the CPU in worker threads. */
import type { Program } from '../../program/program.js'
import { at, paramsOf } from '../../program/program.js'
import type { Engine, Executable, Tensors } from '../engine.js'
import { checkFeeds } from '../feeds.js'
import { encodeModel } from './format.js'
import { lower } from './lower.js'
import { WorkerPool } from './pool.js'
import type { CompiledProgram } from './protocol.js'

export interface OnnxSettings {
  /** How many runs at a time: one worker per core gives the best throughput. */
  readonly workers: number
  /** Threads of one run. */
  readonly threads: number
  /** How far the operating system lets others go first (nice), 0 where not given to 19. */
  readonly niceness?: number
  /** Memory in each worker for constant feeds, which are not sent to it again; 16 MiB where not given. */
  readonly constantBytes?: number
}

export class OnnxEngine implements Engine {
  readonly name = 'onnx'
  private nextId = 0

  private constructor(private readonly pool: WorkerPool) {}

  static create({ workers, threads, niceness = 0, constantBytes = 16 * 2 ** 20 }: OnnxSettings): OnnxEngine {
    return new OnnxEngine(new WorkerPool(workers, { threads, niceness, constantBytes }))
  }

  get parallelism(): number {
    return this.pool.size
  }

  async compile(program: Program): Promise<Executable> {
    const compiled = compileToOnnx(program, this.nextId++)
    await this.pool.load(compiled)
    const params = paramsOf(program)
    const shapes = new Map(compiled.outputs.map(({ name, shape }) => [name, shape]))
    const all = [...shapes.keys()]
    return {
      run: async (feeds, wanted = all, into = {}) => {
        checkFeeds(params, feeds)
        const results = await this.pool.run(compiled.id, feeds, wanted, into)
        const tensors = Object.entries(results).map(
          ([name, data]) => [name, { shape: shapes.get(name) ?? [], data }] as const,
        )
        return Object.fromEntries(tensors) satisfies Tensors
      },
      dispose: () => this.pool.unload(compiled.id),
    }
  }

  close(): Promise<void> {
    return this.pool.close()
  }
}

function compileToOnnx(program: Program, id: number): CompiledProgram {
  const graph = lower(program)
  return {
    id,
    model: encodeModel(graph),
    inputs: paramsOf(program).map(({ name, type }) => ({ name, dtype: type.dtype, shape: type.shape })),
    outputs: program.outputs.map(({ name, value }, index) => {
      const { name: source, shape } = at(graph.outputs, index)
      return { name, source, shape: value.type.shape, stacked: shape.includes(-1) }
    }),
  }
}
