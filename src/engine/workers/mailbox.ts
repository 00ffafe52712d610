/**
 * Feeds and results pass through shared memory that is made with the program and used again. Shared memory sent
 * with every run would stay alive until the worker's next garbage collection, and a thread that makes no garbage has none
 * (measured: 430 KB lost an adaptation).
 */
import type { Run } from '../engine.js'
import type { CompiledProgram, InputSpec, Mailbox, Results } from './protocol.js'

/** Bytes that are copied in one go, about a millisecond's; then copying yields, so that others have their turn on this thread. */
const BREATH = 4 * 2 ** 20

export function createMailbox({ inputs, outputs }: CompiledProgram): Mailbox {
  const memory = (shape: readonly number[]) =>
    new SharedArrayBuffer(Float32Array.BYTES_PER_ELEMENT * shape.reduce((size, length) => size * length, 1))
  const boxes = inputs.map(({ name, dtype, shape }) => {
    return [name, dtype === 'i32' ? new Int32Array(memory(shape)) : new Float32Array(memory(shape))] as const
  })
  return {
    inputs: Object.fromEntries(boxes),
    outputs: Object.fromEntries(outputs.map(({ name, shape }) => [name, new Float32Array(memory(shape))])),
  }
}

/**
 * Puts in what each client's run is fed with for these inputs. Clients for which there is no run have what was there before, which
 * concerns nobody.
 */
export function* putFeeds(
  { inputs }: Mailbox,
  changed: readonly InputSpec[],
  runs: readonly Run[],
): Generator<void, void> {
  let copied = 0
  for (const input of changed) {
    const box = inputs[input.name]
    const last = input.clientAxis === undefined ? 1 : runs.length
    for (let client = 0; client < last; client++) {
      const own = runs[client]?.feeds[input.name]?.data
      if (!box || !own) continue
      copyAt(box, own, input, client, 'in')
      copied += own.byteLength
      if (copied > BREATH) {
        copied = 0
        yield
      }
    }
  }
}

/** Takes out a copy of the outputs that are wanted, for each run, into the memory that there is for them. */
export function* takeResults(
  { outputs }: Mailbox,
  program: CompiledProgram,
  runs: readonly Run[],
): Generator<void, Results[]> {
  const all: Results[] = []
  let copied = 0
  for (const [client, { wanted, into = {} }] of runs.entries()) {
    const own: Record<string, Float32Array> = {}
    for (const spec of program.outputs) {
      const { name, shape, clientAxis } = spec
      const box = outputs[name]
      if (!box || !(wanted?.includes(name) ?? true)) continue
      const clients = clientAxis === undefined ? 1 : (shape[clientAxis] ?? 1)
      const copy = into[name] ?? new Float32Array(box.length / clients)
      copyAt(box, copy, spec, client, 'out')
      own[name] = copy
      copied += copy.byteLength
    }
    all.push(own)
    if (copied > BREATH) {
      copied = 0
      yield
    }
  }
  return all
}

/** One client's numbers, [..., 1, ...], to or from its place among those of all, [..., clients, ...]. */
function copyAt(
  all: Float32Array | Int32Array,
  own: Float32Array | Int32Array,
  { shape, clientAxis }: Pick<InputSpec, 'shape' | 'clientAxis'>,
  client: number,
  direction: 'in' | 'out',
): void {
  const clients = clientAxis === undefined ? 1 : (shape[clientAxis] ?? 1)
  if (clients === 1) {
    if (direction === 'in') all.set(own)
    else own.set(all)
    return
  }
  const blocks = shape.slice(0, clientAxis).reduce((product, length) => product * length, 1)
  const length = own.length / blocks
  for (let block = 0; block < blocks; block++) {
    const [from, to] = [block * length, (block * clients + client) * length]
    if (direction === 'in') all.set(own.subarray(from, from + length), to)
    else own.set(all.subarray(to, to + length), from)
  }
}
