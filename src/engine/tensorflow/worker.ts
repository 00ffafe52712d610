/** A worker thread of the tensorflow engine: one session a model. A run blocks this thread. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { workerData } from 'node:worker_threads'
import type { TFSavedModel } from '@tensorflow/tfjs-node-gpu/dist/saved_model.js'
import { answerRequests } from '../workers/answer-requests.js'
import type { CompiledModel, CompiledProgram, InputSpec, Mailbox, RunRequest, Runtime } from '../workers/protocol.js'
import type { TensorflowWorkerData } from './engine.js'
import { TAG } from './format.js'
import { loadLibrary } from './library.js'
import { inputKey, outputKey, putSignature, runSignature } from './saved-model.js'

const { cacheDir } = workerData as TensorflowWorkerData
const tf = loadLibrary(workerData as TensorflowWorkerData)
type Fed = Parameters<TFSavedModel['predict']>[0]

interface Loaded {
  readonly program: CompiledProgram
  readonly signature: TFSavedModel
}

/** A run before, which was to bring the row, had no memory for it: this one can be tried again like that. */
class RowLostError extends Error {
  override readonly name = 'RowLostError'
}

class TensorflowRuntime implements Runtime {
  private readonly programs = new Map<number, Loaded>()
  /** What puts rows onto each shelf. */
  private readonly puts = new Map<string, TFSavedModel>()
  /** The numbers of the rows that lie on each. */
  private readonly lying = new Map<string, Set<number>>()
  private readonly models = new Map<number, CompiledModel>()

  async load(model: CompiledModel): Promise<void> {
    try {
      await this.loadOnce(model)
    } catch (error) {
      if (this.isOutOfMemory(error) || !cacheDir) throw error
      // What was compiled before may be damaged, or there may be no room for more: without it everything is compiled anew.
      for (const name of await readdir(cacheDir)) await rm(join(cacheDir, name), { recursive: true })
      await this.loadOnce(model)
    }
  }

  private async loadOnce(model: CompiledModel): Promise<void> {
    // Known from now on, so that what fails half-way can be let go.
    this.models.set(model.id, model)
    try {
      await this.read(model)
      for (const { id } of model.programs) this.warm(id)
    } catch (error) {
      await this.unload(model.id)
      throw error
    }
  }

  private async read(model: CompiledModel): Promise<void> {
    // The package reads models from folders only.
    const folder = await mkdtemp(join(tmpdir(), 'reptile-serve-'))
    try {
      await writeFile(join(folder, 'saved_model.pb'), model.bytes)
      for (const [place, program] of model.programs.entries()) {
        const signature = await tf.node.loadSavedModel(folder, [TAG], runSignature(place))
        this.programs.set(program.id, { program, signature })
      }
      for (const { name } of model.shelves)
        this.puts.set(name, await tf.node.loadSavedModel(folder, [TAG], putSignature(name)))
    } finally {
      await rm(folder, { recursive: true })
    }
  }

  /** The rows of one parameter in one call. */
  keep({ program: id, feeds }: RunRequest): void {
    for (const { name, shelf, shape } of this.known(id).program.inputs) {
      const own = feeds.put.filter(([of]) => of === name)
      const put = this.puts.get(shelf ?? '')
      if (own.length === 0) continue
      if (!put) throw new Error(`there is no shelf for ${name}`)
      const numbers = Int32Array.from(own, ([, number]) => number)
      const rows = joined(own.map(([, , data]) => bitsOf(data)))
      const lying = this.lying.get(shelf ?? '') ?? new Set()
      this.lying.set(shelf ?? '', lying)
      // What is there if it fails nobody knows.
      for (const number of numbers) lying.delete(number)
      this.call(put, [
        ['numbers', numbers, [own.length]],
        ['rows', rows, [own.length, ...shape.slice(1)]],
      ])
      for (const number of numbers) lying.add(number)
    }
  }

  async run({ program: id, feeds, wanted }: RunRequest, mailbox: Mailbox): Promise<void> {
    const { program, signature } = this.known(id)
    const rows = new Map(feeds.rows)
    for (const { name, shelf } of program.inputs)
      for (const number of rows.get(name) ?? [])
        if (!this.lying.get(shelf ?? '')?.has(number)) throw new RowLostError(`row ${number} of ${name} was not put`)
    const fed = program.inputs.map((input, index) => {
      const numbers = rows.get(input.name)
      const bits = numbers ? Int32Array.from(numbers) : bitsOf(mailbox.inputs[input.name] ?? new Int32Array(0))
      return [inputKey(index), bits, fedShape(input)] as const
    })
    const outputs = new Map(
      program.outputs.map(({ name }, index) => [outputKey(index), wanted.includes(name) ? name : '']),
    )
    this.call(signature, fed, (key, numbers) => {
      mailbox.outputs[outputs.get(key) ?? '']?.set(numbers)
    })
  }

  letGo(): void {}

  async unload(id: number): Promise<void> {
    const model = this.models.get(id)
    if (!model) throw new Error(`model ${id} is not loaded`)
    for (const program of model.programs) {
      this.programs.get(program.id)?.signature.dispose()
      this.programs.delete(program.id)
    }
    for (const { name } of model.shelves) {
      this.puts.get(name)?.dispose()
      this.puts.delete(name)
      this.lying.delete(name)
    }
    this.models.delete(id)
  }

  isOutOfMemory(error: unknown): boolean {
    if (error instanceof RowLostError) return true
    const text = error instanceof Error ? error.message : ''
    // A disk may be full, too: of the folder of compiled programs.
    return /\bOOM\b|out of memory|RESOURCE_EXHAUSTED|failed to allocate/i.test(text) && !/no space left/i.test(text)
  }

  /** What compiles and allocates when it is run first does it now. */
  private warm(id: number): void {
    const { program, signature } = this.known(id)
    const zeros = program.inputs.map((input, index) => {
      const shape = fedShape(input)
      return [inputKey(index), new Int32Array(shape.reduce((size, length) => size * length, 1)), shape] as const
    })
    this.call(signature, zeros)
  }

  /** Everything that is fed or fetched is let go, whatever happens: nobody else does. */
  private call(
    signature: TFSavedModel,
    fed: readonly (readonly [key: string, bits: Int32Array, shape: readonly number[]])[],
    take: (key: string, numbers: Float32Array) => void = () => {},
  ): void {
    const tensors = fed.map(([key, bits, shape]) => [key, tf.tensor(bits, [...shape], 'int32')] as const)
    try {
      const results = signature.predict(Object.fromEntries(tensors) as Fed)
      for (const [key, tensor] of Object.entries(results)) {
        take(key, tensor.dataSync())
        tensor.dispose()
      }
    } finally {
      for (const [, tensor] of tensors) tensor.dispose()
    }
  }

  private known(id: number): Loaded {
    const entry = this.programs.get(id)
    if (!entry) throw new Error(`program ${id} is not loaded`)
    return entry
  }
}

answerRequests(new TensorflowRuntime())

/** Of what is kept the numbers of its rows. */
function fedShape({ shape, shelf }: InputSpec): readonly number[] {
  return shelf === undefined ? shape : shape.slice(0, 1)
}

function joined(rows: readonly Int32Array[]): Int32Array {
  const [first] = rows
  if (rows.length === 1 && first) return first
  const all = new Int32Array(rows.reduce((sum, row) => sum + row.length, 0))
  let offset = 0
  for (const row of rows) {
    all.set(row, offset)
    offset += row.length
  }
  return all
}

function bitsOf({ buffer, byteOffset, length }: Float32Array | Int32Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length)
}
