import { expect, test } from 'vitest'
import { ClassSource } from '../../../src/training/data/class-source.js'
import { FunctionSource } from '../../../src/training/data/function-source.js'
import { isEmpty, queriesBeside, smallestIn } from '../../../src/training/data/room.js'
import { SineSource } from '../../../src/training/data/sine.js'

const classes = new ClassSource(
  [5, 3, 9].map((count) => ({ name: `${count}`, count, read: async () => new Float32Array(1) })),
)
const points = (count: number) => Array.from({ length: count }, () => new Float32Array(1))
const functions = new FunctionSource([7, 4].map((n) => ({ name: `${n}`, inputs: points(n), targets: points(n) })))
const sine = new SineSource('random')

test('the smallest class or function has room for so many queries, at least 1', () => {
  expect([classes, functions, sine].map((source) => smallestIn(source)?.count)).toEqual([3, 4, undefined])
  expect([1, 2, 3, 4].map((shots) => queriesBeside(functions, shots, 50))).toEqual([3, 2, 1, 1])
  expect([1, 2].map((shots) => queriesBeside(classes, shots, 1))).toEqual([1, 1])
  expect(queriesBeside(sine, 10, 50)).toBe(50)
})

test('only a source without members is empty', () => {
  expect([classes, functions, sine].map(isEmpty)).toEqual([false, false, false])
  expect([new ClassSource([]), new FunctionSource([])].map(isEmpty)).toEqual([true, true])
})
