/** A worker thread of the onnx engine: holds one onnxruntime session a program. `run` blocks this thread. */
import { readlinkSync } from 'node:fs'
import { setPriority } from 'node:os'
import { basename } from 'node:path'
import { workerData } from 'node:worker_threads'
import * as ort from 'onnxruntime-node'
import { answerRequests } from '../workers/answer-requests.js'
import type { CompiledModel, CompiledProgram, Mailbox, RunRequest, Runtime } from '../workers/protocol.js'
import type { OnnxWorkerData } from './engine.js'

const { threads, niceness } = workerData as OnnxWorkerData
if (niceness > 0) makeWay(niceness)

/** onnxruntime refuses shared memory: the feeds are copied from the mailbox into tensors of the worker's own. */
interface Loaded {
  readonly program: CompiledProgram
  readonly session: ort.InferenceSession
  readonly inputs: Readonly<Record<string, ort.Tensor>>
  /** Where onnxruntime puts the outputs; null where it must find out the shape. */
  readonly outputs: Readonly<Record<string, ort.Tensor | null>>
}

class OnnxRuntime implements Runtime {
  /** By model and program: a model has one program of the same number. */
  private readonly loaded = new Map<number, Loaded>()
  /** By the numbers that the engine has given them (constants.ts), which also says when they go. */
  private readonly constants = new Map<number, Float32Array>()

  async load({ bytes, programs: [program] }: CompiledModel): Promise<void> {
    if (!program) throw new Error('a model has a program')
    const session = await ort.InferenceSession.create(bytes, {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
    })
    const inputs = program.inputs.map(({ name, dtype, shape }) => {
      const length = lengthOf(shape)
      const tensor =
        dtype === 'i32'
          ? new ort.Tensor('int32', new Int32Array(length), shape)
          : new ort.Tensor('float32', new Float32Array(length), shape)
      return [name, tensor] as const
    })
    const outputs = program.outputs.map(({ source, shape, stacked }) => {
      return [source, stacked ? null : new ort.Tensor('float32', new Float32Array(lengthOf(shape)), shape)] as const
    })
    const named = { inputs: Object.fromEntries(inputs), outputs: Object.fromEntries(outputs) }
    this.loaded.set(program.id, { program, session, ...named })
  }

  keep({ feeds }: RunRequest): void {
    for (const [, number, data] of feeds.put) this.constants.set(number, data)
  }

  letGo({ gone }: RunRequest): void {
    for (const number of gone) this.constants.delete(number)
  }

  async run({ program: id, feeds, wanted }: RunRequest, mailbox: Mailbox): Promise<void> {
    const { program, session, inputs, outputs } = this.known(id)
    for (const name of feeds.changed) {
      const own = inputs[name]?.data as Float32Array | Int32Array
      own.set(mailbox.inputs[name] ?? [])
    }
    const tensors: Record<string, ort.Tensor> = { ...inputs }
    for (const [name, [number]] of feeds.rows) {
      const data = this.constants.get(number ?? -1)
      if (!data) throw new Error(`the constant ${name} is not there`)
      tensors[name] = new ort.Tensor('float32', data, inputs[name]?.dims ?? [])
    }
    const results = await session.run(tensors, outputs)
    for (const { name, source } of program.outputs) {
      const output = results[source]
      if (!wanted.includes(name)) continue
      const box = mailbox.outputs[name]
      if (!output || !box) throw new Error(`the graph gave no ${name}`)
      box.set(output.data as Float32Array)
      box.fill(0, output.data.length)
      if (!outputs[source]) output.dispose()
    }
  }

  async unload(model: number): Promise<void> {
    await this.known(model).session.release()
    this.loaded.delete(model)
  }

  /** On a CPU the operating system's memory is all there is. */
  isOutOfMemory(): boolean {
    return false
  }

  private known(id: number): Loaded {
    const entry = this.loaded.get(id)
    if (!entry) throw new Error(`program ${id} is not loaded`)
    return entry
  }
}

answerRequests(new OnnxRuntime())

/** Lowers the priority of this thread alone. Only Linux has thread numbers to ask for; elsewhere all threads are equal. */
function makeWay(niceness: number): void {
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), niceness)
  } catch {
    // A sandbox without /proc: slower predictions while adaptations run, and nothing else.
  }
}

function lengthOf(shape: readonly number[]): number {
  return shape.reduce((product, axis) => product * axis, 1)
}
