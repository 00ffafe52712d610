/**
 * Which rows a worker keeps, as the engine sees it from outside: what is fed again is not sent again. Each engine has a way of its own
 * to keep them: onnx/constants.ts, tensorflow/shelves.ts.
 */
import type { Run } from '../engine.js'
import type { CompiledProgram, InputSpec, PutFeeds } from './protocol.js'

export interface Placed {
  /** By which the worker knows the row. */
  readonly number: number
  /** Whether the worker does not have it yet: it is to be sent. */
  readonly isNew: boolean
}

export interface Keeper {
  /** Whether such a feed is kept; otherwise it goes through the mailbox. */
  keeps(input: InputSpec, constant: boolean): boolean
  /** Of what is kept. What is not `constant` has to be sent in any case. */
  place(input: InputSpec, data: Float32Array, constant: boolean): Placed
  /** After a run that has failed: whether the worker has got, or still has, its rows is not known. */
  forget(input: InputSpec, numbers: readonly number[]): void
  /** What the worker is to let go, told once. */
  takeGone(): number[]
}

/** The inputs whose feeds are kept, and the others. */
export function sortInputs(
  { inputs }: CompiledProgram,
  runs: readonly Run[],
  keeper: Keeper,
): { kept: InputSpec[]; changed: InputSpec[] } {
  const [kept, changed]: [InputSpec[], InputSpec[]] = [[], []]
  for (const input of inputs) {
    const feed = runs[0]?.feeds[input.name]
    const isKept = feed?.data instanceof Float32Array && keeper.keeps(input, feed.constant ?? false)
    const list = isKept ? kept : changed
    list.push(input)
  }
  return { kept, changed }
}

/**
 * The rows that the kept inputs are made of, as many as each has: clients for which there is no run have the first one's. To be
 * told to the worker at once: the next who asks may have the place of one of them.
 */
export function placeRows(
  kept: readonly InputSpec[],
  runs: readonly Run[],
  keeper: Keeper,
): Pick<PutFeeds, 'put' | 'rows'> {
  const put: [string, number, Float32Array<ArrayBuffer>][] = []
  const rows: [string, number[]][] = []
  for (const input of kept) {
    const { name, clientAxis, shape, shelf } = input
    const numbers: number[] = []
    for (const { feeds } of clientAxis === undefined ? runs.slice(0, 1) : runs) {
      const feed = feeds[name]
      if (!(feed?.data instanceof Float32Array)) continue
      const own = shelf === undefined ? 1 : (feed.shape[0] ?? 1)
      for (let row = 0; row < own; row++) {
        const length = feed.data.length / own
        const data = own === 1 ? feed.data : feed.data.subarray(row * length, (row + 1) * length)
        // Only a feed that is one row is known again as the same.
        const { number, isNew } = keeper.place(input, data, own === 1 && (feed.constant ?? false))
        numbers.push(number)
        if (isNew) put.push([name, number, new Float32Array(data)])
      }
    }
    while (shelf !== undefined && numbers.length < (shape[0] ?? 1)) numbers.push(numbers[0] ?? 0)
    rows.push([name, numbers])
  }
  return { put, rows }
}
