/** A worker thread: holds one onnxruntime session a program and answers one request at a time. `run` blocks this thread. */
import { parentPort, workerData } from 'node:worker_threads'
import * as ort from 'onnxruntime-node'
import type { CompiledProgram, Feeds, Reply, Request, Results, WorkerSettings } from './protocol.js'

const { threads } = workerData as WorkerSettings

/** Inputs live in buffers of the worker's own: onnxruntime refuses shared memory, and one buffer a program is enough. */
interface Loaded {
  readonly program: CompiledProgram
  readonly session: ort.InferenceSession
  readonly inputs: Readonly<Record<string, ort.Tensor>>
}

const loaded = new Map<number, Loaded>()
const port = parentPort
if (!port) throw new Error('worker.ts runs in a worker thread only')

port.on('message', async (request: Request) => {
  try {
    const results = await answer(request)
    const buffers = Object.values(results).map((data) => data.buffer as ArrayBuffer)
    port.postMessage({ results } satisfies Reply, buffers)
    if (request.kind === 'close') port.close()
  } catch (error) {
    port.postMessage({ error: error instanceof Error ? error.message : String(error) } satisfies Reply)
  }
})

async function answer(request: Request): Promise<Results> {
  switch (request.kind) {
    case 'load':
      await load(request.program)
      return {}
    case 'run':
      return await run(request.program, request.feeds)
    case 'unload':
      await unload(request.program)
      return {}
    case 'close':
      for (const id of [...loaded.keys()]) await unload(id)
      return {}
  }
}

async function load(program: CompiledProgram): Promise<void> {
  const session = await ort.InferenceSession.create(program.model, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  })
  const inputs = program.inputs.map(({ name, dtype, shape }) => {
    const length = shape.reduce((product, axis) => product * axis, 1)
    const tensor =
      dtype === 'i32'
        ? new ort.Tensor('int32', new Int32Array(length), shape)
        : new ort.Tensor('float32', new Float32Array(length), shape)
    return [name, tensor] as const
  })
  loaded.set(program.id, { program, session, inputs: Object.fromEntries(inputs) })
}

async function run(id: number, feeds: Feeds): Promise<Results> {
  const { program, session, inputs } = known(id)
  for (const [name, tensor] of Object.entries(inputs)) {
    ;(tensor.data as Float32Array | Int32Array).set(feeds[name] as Float32Array | Int32Array)
  }
  const outputs = await session.run(inputs)
  const results = program.outputs.map(({ name, source, shape }) => {
    const filled = new Float32Array(shape.reduce((product, axis) => product * axis, 1))
    const output = outputs[source] as ort.Tensor
    filled.set(output.data as Float32Array)
    output.dispose()
    return [name, filled] as const
  })
  return Object.fromEntries(results)
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
