/**
 * Feeds and results pass through shared memory that is made with the program and used again. Shared memory sent
 * with every run would stay alive until the worker's next garbage collection, and a thread that makes no garbage has none
 * (measured: 430 KB lost an adaptation).
 */
import type { Run, Tensor } from '../engine.js'
import type { Keeper } from './keeper.js'
import type { CompiledProgram, InputSpec, Mailbox, PutFeeds, Results } from './protocol.js'

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
 * Puts in what each client's run is fed with, but for what is kept; says what is where. Clients for which there is no run have what
 * was there before, which concerns nobody.
 */
export function putFeeds(
  { inputs }: Mailbox,
  program: CompiledProgram,
  runs: readonly Run[],
  keeper: Keeper,
): PutFeeds {
  const changed: string[] = []
  const put: [string, number, Float32Array<ArrayBuffer>][] = []
  const rows: [string, number[]][] = []
  for (const input of program.inputs) {
    const { name, clientAxis } = input
    const box = inputs[name]
    const feeds = runs.flatMap(({ feeds }) => feeds[name] ?? [])
    const own = clientAxis === undefined ? feeds.slice(0, 1) : feeds
    const placed = placeRows(input, own, keeper)
    if (placed) {
      rows.push([name, placed.map(({ number }) => number)])
      for (const { number, isNew, data } of placed) if (isNew) put.push([name, number, new Float32Array(data)])
    } else {
      own.forEach(({ data }, client) => {
        if (box) copyAt(box, data, input, client, 'in')
      })
      changed.push(name)
    }
  }
  return { changed, put, rows }
}

/** The rows that all feeds are made of, if they are kept; as many as the input has. */
function placeRows(input: InputSpec, feeds: readonly Tensor[], keeper: Keeper) {
  if (input.shelf === undefined && !feeds.every(({ constant }) => constant)) return undefined
  const rows = feeds.flatMap((feed) => rowsOf(feed, input.shelf !== undefined))
  const placed = rows.flatMap(({ data, constant }) => {
    const found = keeper.place(input, data, constant)
    return found ? [{ ...found, data }] : []
  })
  const [first] = placed
  if (!first || placed.length < rows.length) return undefined
  const missing = Math.max(0, (input.shape[0] ?? 1) - placed.length)
  return [...placed, ...Array.from({ length: missing }, () => ({ ...first, isNew: false }))]
}

interface Row {
  readonly data: Float32Array
  readonly constant: boolean
}

/** What is kept as a whole, or row by row on a shelf; only a tensor of one row is known again as the same there. */
function rowsOf({ shape, data, constant }: Tensor, isShelved: boolean): Row[] {
  if (data instanceof Int32Array) return []
  const count = isShelved ? (shape[0] ?? 1) : 1
  if (count === 1) return [{ data, constant: constant ?? false }]
  const length = data.length / count
  return Array.from({ length: count }, (_, row) => {
    return { data: data.subarray(row * length, (row + 1) * length), constant: false }
  })
}

/** Takes out a copy of the outputs that are wanted, for each run, into the memory that there is for them. */
export function takeResults({ outputs }: Mailbox, program: CompiledProgram, runs: readonly Run[]): Results[] {
  return runs.map(({ wanted, into = {} }, client) => {
    const names = wanted ?? program.outputs.map(({ name }) => name)
    return Object.fromEntries(
      names.map((name) => {
        const box = outputs[name] ?? new Float32Array(0)
        const spec = program.outputs.find((output) => output.name === name)
        const clients = spec?.clientAxis === undefined ? 1 : (spec.shape[spec.clientAxis] ?? 1)
        const copy = into[name] ?? new Float32Array(box.length / clients)
        if (spec) copyAt(box, copy, spec, client, 'out')
        return [name, copy]
      }),
    )
  })
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
  const copy = (from: number, to: number, length: number): void => {
    if (direction === 'in') all.set(own.subarray(from, from + length), to)
    else own.set(all.subarray(to, to + length), from)
  }
  const blocks = clients === 1 ? 1 : shape.slice(0, clientAxis).reduce((product, length) => product * length, 1)
  const length = own.length / blocks
  for (let block = 0; block < blocks; block++) copy(block * length, (block * clients + client) * length, length)
}
