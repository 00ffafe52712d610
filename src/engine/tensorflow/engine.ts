/** The engine for GPUs: programs become TensorFlow graphs, which @tensorflow/tfjs-node-gpu runs in a worker thread, many clients at once. */
import type { Program } from '../../program/program.js'
import { at, paramsOf, sizeOf } from '../../program/program.js'
import { type ClientProgram, type Engine, type Executable, OutOfMemoryError } from '../engine.js'
import { executableOf } from '../workers/executable.js'
import { WorkerPool } from '../workers/pool.js'
import type { CompiledModel, CompiledProgram } from '../workers/protocol.js'
import { ClientBatches, type Variant } from './client-batches.js'
import type { LibrarySettings } from './library.js'
import { isWorthCompiling, outputKey, savedModelOf } from './saved-model.js'
import { Shelves, shelfName, shelvesFor } from './shelves.js'

export interface TensorflowSettings extends LibrarySettings {
  /** Numbers of clients to compile for, growing from 1: as many runs that wait go together in one call. */
  readonly clients: readonly [1, ...number[]]
  /** How full a call must be at least, 0 to 1: on a GPU empty places cost little, on a CPU as much as taken ones. */
  readonly leastFill: number
  /** See Engine. */
  readonly sliceLength: number
  /** Memory of the device for what is fed again, for each shape of rows of each model. */
  readonly keptBytes: number
  /** Whether XLA compiles loops: 1 to 2 s a program at the first start, and faster from then on. */
  readonly xla: boolean
}

/** What the worker is started with. */
export type TensorflowWorkerData = LibrarySettings

/**
 * In bytes: where a program for so many clients would have larger ones on its way, fewer keep the device busy just as well, with
 * less of its memory.
 */
const LARGEST_TENSOR = 2 ** 28

/** A program for so many clients, as a part of a model. */
interface Part {
  readonly program: Program
  readonly compiled: CompiledProgram
  readonly clients: number
}

export class TensorflowEngine implements Engine {
  readonly name = 'tensorflow'
  private nextId = 0
  private readonly shelfRows = new Map<string, number>()
  /** One worker: several would take turns at one device, and each would need its own memory there. */
  private readonly pool: WorkerPool

  private constructor(private readonly settings: TensorflowSettings) {
    const workerData: TensorflowWorkerData = { cacheDir: settings.cacheDir, device: settings.device }
    this.pool = new WorkerPool(1, {
      engine: 'tensorflow',
      worker: new URL('./worker.js', import.meta.url),
      workerData,
      createKeeper: () => new Shelves((shelf) => this.shelfRows.get(shelf) ?? 1),
    })
  }

  static create(settings: TensorflowSettings): TensorflowEngine {
    return new TensorflowEngine(settings)
  }

  get sliceLength(): number {
    return this.settings.sliceLength
  }

  /** All who fit into one call. */
  get parallelism(): number {
    return Math.max(...this.settings.clients)
  }

  async compile(program: Program): Promise<Executable> {
    const model = this.nextId++
    const part = this.part(model, program, 1, program)
    const loaded = await this.load(model, [part])
    return executableOf(program, {
      run: async (run) => at(await this.pool.run(part.compiled.id, [run]), 0),
      dispose: () => this.pool.unload(loaded),
    })
  }

  async compileForClients(programs: readonly ClientProgram[]): Promise<Executable[]> {
    const { loaded, all } = await this.loadForClients(programs, this.settings.clients)
    let inUse = all.length
    const dispose = async (): Promise<void> => {
      if (--inUse === 0) await this.pool.unload(loaded)
    }
    return all.map((parts) => {
      const batches = this.batchesOf(parts)
      return executableOf(at(parts, 0).program, { run: (run) => batches.run(run), dispose })
    })
  }

  close(): Promise<void> {
    return this.pool.close()
  }

  /** Where the device has no memory for so many clients at once, for fewer. */
  private async loadForClients(
    programs: readonly ClientProgram[],
    sizes: readonly number[],
  ): Promise<{ loaded: CompiledModel; all: Part[][] }> {
    const model = this.nextId++
    const all = programs.map((programFor) => {
      const single = programFor(1)
      const several = sizes.slice(1).map((clients) => ({ clients, program: programFor(clients) }))
      const worthIt = several.filter(({ program }) => largestTensor(program) <= LARGEST_TENSOR)
      return [{ clients: 1, program: single }, ...worthIt].map(({ clients, program }) =>
        this.part(model, program, clients, single),
      )
    })
    try {
      return { loaded: await this.load(model, all.flat()), all }
    } catch (error) {
      if (!(error instanceof OutOfMemoryError) || sizes.length === 1) throw error
      return this.loadForClients(programs, sizes.slice(0, -1))
    }
  }

  private batchesOf(parts: readonly Part[]): ClientBatches {
    const variants = parts.map(({ compiled, clients }): Variant => {
      return { clients, run: (runs) => this.pool.run(compiled.id, runs) }
    })
    const inputs = at(parts, parts.length - 1).compiled.inputs
    const common = inputs.filter(({ clientAxis }) => clientAxis === undefined).map(({ name }) => name)
    const [first, ...others] = variants
    if (!first) throw new Error('an engine needs a number of clients to compile for')
    return new ClientBatches([first, ...others], { common, leastFill: this.settings.leastFill })
  }

  /** Where `program` has another length than `single`, the same for one client, its clients lie side by side. */
  private part(model: number, program: Program, clients: number, single: Program): Part {
    const axisOf = (shape: readonly number[], ofOne: readonly number[]): number | undefined => {
      const axis = shape.findIndex((length, index) => length !== ofOne[index])
      return axis < 0 ? undefined : axis
    }
    const ofOne = paramsOf(single)
    const inputs = paramsOf(program).map(({ name, type: { dtype, shape }, kept }, index) => ({
      name,
      dtype,
      shape,
      clientAxis: axisOf(shape, at(ofOne, index).type.shape),
      shelf: kept ? shelfName(model, shape.slice(1)) : undefined,
    }))
    const outputs = program.outputs.map(({ name, value: { type } }, index) => {
      const clientAxis = axisOf(type.shape, at(single.outputs, index).value.type.shape)
      return { name, source: outputKey(index), shape: type.shape, stacked: false, clientAxis }
    })
    return { program, clients, compiled: { id: this.nextId++, inputs, outputs } }
  }

  private async load(id: number, parts: readonly Part[]): Promise<CompiledModel> {
    const programs = parts.map(({ program }) => program)
    const shelves = shelvesFor(programs, id, this.settings.keptBytes)
    for (const { name, rows } of shelves) this.shelfRows.set(name, rows)
    const asked = programs.map((program) => ({ program, byXla: this.settings.xla && isWorthCompiling(program) }))
    const model: CompiledModel = {
      id,
      bytes: savedModelOf(id, asked, shelves),
      programs: parts.map(({ compiled }) => compiled),
      shelves,
    }
    await this.pool.load(model)
    return model
  }
}

function largestTensor({ nodes }: Program): number {
  return nodes.reduce((most, node) => {
    const own = Math.max(0, ...node.out.map(({ shape }) => Float32Array.BYTES_PER_ELEMENT * sizeOf(shape)))
    return Math.max(most, own, node.op === 'repeat' ? largestTensor(node.attrs.body) : 0)
  }, 0)
}
