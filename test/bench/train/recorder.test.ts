/** What the benchmark `train` hands to its peers is what the trainer has read. */
import { expect, test } from 'vitest'
import { Recorder } from '../../../bench/train/recorder.js'
import { seeded } from '../../../src/learner/random.js'
import type { Task, TaskSource } from '../../../src/training/task.js'

const episode = { ways: 2, shots: 2, queries: 0 }

/** Task n has the images n.0, n.1, n.2 and n.3, two numbers each; the first is the slowest to come. */
function slowFirst(): TaskSource {
  let drawn = 0
  return {
    classes: 2,
    async draw(): Promise<Task> {
      const task = drawn++
      if (task === 0) await new Promise(setImmediate)
      const inputs = [0, 1, 2, 3].map((image) => Float32Array.of(task, image))
      const support = { kind: 'classification' as const, classes: 2, inputs, classOf: [0, 0, 1, 1] }
      return { support, queries: { ...support, inputs: [], classOf: [] } }
    },
  }
}

async function readBy(recorder: Recorder, order: readonly (readonly number[])[]): Promise<void> {
  const tasks = await Promise.all(order.map(() => recorder.draw(seeded(1), episode)))
  tasks.forEach(({ support }, task) => {
    for (const example of order[task] ?? []) support.inputs[example]
  })
}

test('examples come in the order in which they were read, tasks in that in which they were asked for', async () => {
  const recorder = new Recorder(slowFirst())
  await readBy(recorder, [
    [3, 0, 3],
    [1, 2, 0],
    [0, 0, 0],
  ])
  const { inputs, classOf } = recorder.recorded(2, 3)
  expect([...inputs]).toEqual([0, 3, 0, 0, 0, 3, 1, 1, 1, 2, 1, 0])
  expect([...classOf]).toEqual([1, 0, 1, 0, 1, 0])
})

test('a support set that was read more or less than it should be is no recording', async () => {
  const recorder = new Recorder(slowFirst())
  await readBy(recorder, [[0, 1], [0]])
  expect(() => recorder.recorded(2, 2)).toThrow('2 tasks of 2 examples were to be recorded, not 2, 1')
  expect(() => recorder.recorded(3, 2)).toThrow()
})

test('looking at how many there are reads nothing', async () => {
  const recorder = new Recorder(slowFirst())
  const { support } = await recorder.draw(seeded(1), episode)
  expect(support.inputs.length).toBe(4)
  expect(recorder.recorded(1, 0).inputs).toHaveLength(0)
})
