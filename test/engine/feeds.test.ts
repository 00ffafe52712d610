/** Feeds that do not fit a program's parameters are refused by name. */
import { describe, expect, test } from 'vitest'
import { EngineError, type Tensor, type Tensors } from '../../src/engine/engine.js'
import { checkFeeds } from '../../src/engine/feeds.js'
import { Builder } from '../../src/program/builder.js'
import { paramsOf } from '../../src/program/program.js'

const b = new Builder()
const x = b.param('x', [2, 3])
b.param('trips', [], 'i32')
const program = b.build({ y: b.neg(x) })

const floats = (shape: number[], length: number): Tensor => ({ shape, data: new Float32Array(length) })
const sound: Tensors = { x: floats([2, 3], 6), trips: { shape: [], data: Int32Array.of(1) } }

describe('feeds', () => {
  test.each<[string, Tensors]>([
    ['as declared', sound],
    ['in shared memory', { ...sound, x: { shape: [2, 3], data: new Float32Array(new SharedArrayBuffer(24)) } }],
    ['in another order', Object.fromEntries(Object.entries(sound).reverse())],
  ])('%s are taken', (_how, feeds) => {
    expect(() => checkFeeds(paramsOf(program), feeds)).not.toThrow()
  })

  test.each<[string, Tensors, RegExp]>([
    ['one that is missing', { x: floats([2, 3], 6) }, /^the program needs trips \[\], which was not fed$/],
    ['one that is unknown', { ...sound, z: floats([], 1) }, /^the program has no parameter z$/],
    [
      'the same numbers in another shape',
      { ...sound, x: floats([3, 2], 6) },
      /^x must be \[2,3\], not \[3,2\] with 6 numbers$/,
    ],
    ['too few numbers', { ...sound, x: floats([2, 3], 5) }, /^x must be \[2,3\], not \[2,3\] with 5 numbers$/],
    ['floats where a trip count is wanted', { ...sound, trips: floats([], 1) }, /^trips must be a Int32Array$/],
    [
      'a trip count where floats are wanted',
      { ...sound, x: { shape: [2, 3], data: new Int32Array(6) } },
      /^x must be a Float32Array$/,
    ],
  ])('%s is refused', (_what, feeds, message) => {
    expect(() => checkFeeds(paramsOf(program), feeds)).toThrow(EngineError)
    expect(() => checkFeeds(paramsOf(program), feeds)).toThrow(message)
  })
})
