/** The embedded engine: a Program becomes one ONNX graph, which onnxruntime runs on the CPU in worker threads. */
import type { Program } from '../../program/program.js'
import { at, paramsOf } from '../../program/program.js'
import type { ClientProgram, Engine, Executable } from '../engine.js'
import { executableOf } from '../workers/executable.js'
import { WorkerPool } from '../workers/pool.js'
import type { CompiledModel, CompiledProgram } from '../workers/protocol.js'
import { Constants } from './constants.js'
import { encodeModel } from './format.js'
import { lower } from './lower.js'

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

/** What a worker is started with. */
export interface OnnxWorkerData {
  /** Threads of one run (onnxruntime's intra-op threads). */
  readonly threads: number
  readonly niceness: number
}

export class OnnxEngine implements Engine {
  readonly name = 'onnx'
  private nextId = 0

  private constructor(private readonly pool: WorkerPool) {}

  static create({ workers, threads, niceness = 0, constantBytes = 16 * 2 ** 20 }: OnnxSettings): OnnxEngine {
    const workerData: OnnxWorkerData = { threads, niceness }
    const kind = {
      engine: 'onnx',
      worker: new URL('./worker.js', import.meta.url),
      workerData,
      createKeeper: () => new Constants(constantBytes),
    }
    return new OnnxEngine(new WorkerPool(workers, kind))
  }

  get parallelism(): number {
    return this.pool.size
  }

  async compile(program: Program): Promise<Executable> {
    const { model, compiled } = compileToOnnx(program, this.nextId++)
    await this.pool.load(model)
    return executableOf(program, {
      run: async (run) => at(await this.pool.run(compiled.id, [run]), 0),
      dispose: () => this.pool.unload(model),
    })
  }

  /** One by one: clients batched in one call gain nothing on a CPU. */
  async compileForClients(programs: readonly ClientProgram[]): Promise<Executable[]> {
    const executables: Executable[] = []
    for (const program of programs) executables.push(await this.compile(program(1)))
    return executables
  }

  close(): Promise<void> {
    return this.pool.close()
  }
}

function compileToOnnx(program: Program, id: number): { model: CompiledModel; compiled: CompiledProgram } {
  const graph = lower(program)
  const compiled: CompiledProgram = {
    id,
    inputs: paramsOf(program).map(({ name, type }) => ({ name, dtype: type.dtype, shape: type.shape })),
    outputs: program.outputs.map(({ name, value }, index) => {
      const { name: source, shape } = at(graph.outputs, index)
      return { name, source, shape: value.type.shape, stacked: shape.includes(-1) }
    }),
  }
  return { model: { id, bytes: encodeModel(graph), programs: [compiled], shelves: [] }, compiled }
}
