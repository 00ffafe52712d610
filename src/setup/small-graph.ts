/** A graph to try TensorFlow with, written as the engine writes its own: a matrix product in a loop, for XLA to compile. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { savedModelOf } from '../engine/tensorflow/saved-model.js'
import { Builder } from '../program/builder.js'
import type { Program } from '../program/program.js'

/** [3, 4], turned round by [[0, 1], [1, 0]] as often as it is fed. */
function program(): Program {
  const body = new Builder()
  const turned = body.matmul(body.param('x', [1, 2]), body.param('turn', [2, 2]))
  const b = new Builder()
  const { carried } = b.repeat(body.build({ turned }), 3, b.param('times', [], 'i32'), {
    carried: [b.constant(Float32Array.of(3, 4), [1, 2])],
    sliced: [],
    shared: [b.constant(Float32Array.of(0, 1, 1, 0), [2, 2])],
  })
  const [y] = carried
  if (!y) throw new Error('a loop gives what it carries')
  return b.build({ y })
}

/** Writes it into `folder`, which is made. */
export function writeSmallGraph(folder: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'saved_model.pb'), savedModelOf(0, [{ program: program(), byXla: true }], []))
}
