/** A worker thread: holds one onnxruntime session a program and answers one request after the other. `run` blocks this thread. */
import { readlinkSync } from 'node:fs'
import { setPriority } from 'node:os'
import { basename } from 'node:path'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import * as ort from 'onnxruntime-node'
import type { CompiledProgram, Mailbox, PutFeeds, Reply, Request, WorkerSettings } from './protocol.js'

const { threads, niceness } = workerData as WorkerSettings
if (niceness > 0) makeWay(niceness)

/** onnxruntime refuses shared memory: the feeds are copied from the mailbox into tensors of the worker's own. */
interface Loaded {
  readonly program: CompiledProgram
  readonly mailboxes: readonly Mailbox[]
  readonly session: ort.InferenceSession
  readonly inputs: Readonly<Record<string, ort.Tensor>>
  /** Where onnxruntime puts the outputs; null where it must find out the shape. */
  readonly outputs: Readonly<Record<string, ort.Tensor | null>>
}

const loaded = new Map<number, Loaded>()
/** By the numbers that the engine has given them (constants.ts), which also says when they go. */
const constants = new Map<number, Float32Array>()
const port = parentPort
if (!port) throw new Error('worker.ts runs in a worker thread only')

let last = Promise.resolve()
port.on('message', (request: Request) => {
  last = last.then(() => reply(port, request))
})

async function reply(port: MessagePort, request: Request): Promise<void> {
  try {
    await answer(request)
    port.postMessage({ kind: 'done' } satisfies Reply)
    if (request.kind === 'close') port.close()
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    port.postMessage({ kind: 'failed', error: text } satisfies Reply)
  }
}

async function answer(request: Request): Promise<void> {
  switch (request.kind) {
    case 'load':
      return load(request.program, request.mailboxes)
    case 'run': {
      const { program, mailbox, feeds, wanted, gone } = request
      // Whether the run fails or not: the engine counts on it.
      for (const [, number, data] of feeds.kept) constants.set(number, data)
      try {
        await run(known(program), mailbox, feeds, wanted)
      } finally {
        for (const number of gone) constants.delete(number)
      }
      return
    }
    case 'unload':
      return unload(request.program)
    case 'close':
      for (const id of [...loaded.keys()]) await unload(id)
  }
}

async function load(program: CompiledProgram, mailboxes: readonly Mailbox[]): Promise<void> {
  const session = await ort.InferenceSession.create(program.model, {
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
  loaded.set(program.id, {
    program,
    mailboxes,
    session,
    inputs: Object.fromEntries(inputs),
    outputs: Object.fromEntries(outputs),
  })
}

async function run(
  { program, mailboxes, session, inputs, outputs }: Loaded,
  index: number,
  { changed, kept, held }: PutFeeds,
  wanted: readonly string[],
): Promise<void> {
  const mailbox = mailboxes[index]
  if (!mailbox) throw new Error(`there is no mailbox ${index}`)
  for (const name of changed) {
    const own = inputs[name]?.data as Float32Array | Int32Array
    own.set(mailbox.inputs[name] ?? [])
  }
  const tensors: Record<string, ort.Tensor> = { ...inputs }
  for (const [name, number] of [...kept, ...held]) {
    const data = constants.get(number)
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

async function unload(id: number): Promise<void> {
  await known(id).session.release()
  loaded.delete(id)
}

function known(id: number): Loaded {
  const entry = loaded.get(id)
  if (!entry) throw new Error(`program ${id} is not loaded`)
  return entry
}

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
