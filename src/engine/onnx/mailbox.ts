/**
 * Feeds and results pass through shared memory that is made with the program and used again. Shared memory sent
 * with every run would stay alive until the worker's next garbage collection, and a thread that makes no garbage has none
 * (measured: 430 KB lost an adaptation).
 */
import type { Tensors } from '../engine.js'
import type { Constants } from './constants.js'
import type { CompiledProgram, Mailbox, PutFeeds, Results } from './protocol.js'

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

/** Puts in what a run is fed with, but for constants; says what is where. */
export function putFeeds({ inputs }: Mailbox, feeds: Tensors, constants: Constants): PutFeeds {
  const changed: string[] = []
  const kept: [string, number, Float32Array<ArrayBuffer>][] = []
  const held: [string, number][] = []
  for (const [name, box] of Object.entries(inputs)) {
    const feed = feeds[name]
    if (!feed) continue
    const { data } = feed
    if (!feed.constant || data instanceof Int32Array) {
      box.set(data)
      changed.push(name)
      continue
    }
    const number = constants.use(data)
    if (number !== undefined) held.push([name, number])
    else kept.push([name, constants.add(data), new Float32Array(data)])
  }
  return { changed, kept, held }
}

/** Takes out a copy of the outputs that are wanted, into the memory that there is for them. */
export function takeResults({ outputs }: Mailbox, wanted: readonly string[], into: Results): Results {
  return Object.fromEntries(
    wanted.map((name) => {
      const box = outputs[name] ?? []
      const copy = into[name] ?? new Float32Array(box.length)
      copy.set(box)
      return [name, copy]
    }),
  )
}
