/**
 * Feeds and results pass through shared memory that is made once a program and worker and used again. Shared memory sent
 * with every run would stay alive until the worker's next garbage collection, and a thread that makes no garbage has none
 * (measured: 430 KB lost an adaptation).
 */
import type { Tensor, Tensors } from '../engine.js'
import type { CompiledProgram, Mailbox, Results } from './protocol.js'

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

/** The constant feeds that lie in a mailbox, by input. */
export type Kept = Map<string, Tensor['data']>

/** Puts in what a run is fed with, and says which inputs have changed: what is constant and there already is left alone. */
export function putFeeds({ inputs }: Mailbox, feeds: Tensors, kept: Kept): string[] {
  const changed: string[] = []
  for (const [name, box] of Object.entries(inputs)) {
    const feed = feeds[name]
    if (!feed || kept.get(name) === feed.data) continue
    box.set(feed.data)
    changed.push(name)
    if (feed.constant) kept.set(name, feed.data)
    else kept.delete(name)
  }
  return changed
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
