/** A printed program, as a person reads it. */
import { expect, test } from 'vitest'
import { Builder } from '../../src/program/builder.js'
import { print } from '../../src/program/print.js'
import { at, type Value } from '../../src/program/program.js'

test('a program prints one line a node, the body of a loop indented', () => {
  const step = new Builder()
  const [weights, gradient] = [step.param('weights', [1, 4]), step.param('gradient', [1, 4])]
  const next = step.sub(weights, step.scale(gradient, 0.5))
  const body = step.build({ weights: next, length: step.sqrt(step.sum(step.mul(next, next), [1])) })

  const b = new Builder()
  const start = b.param('start', [1, 4])
  const { carried, stacked } = b.repeat(body, 3, b.param('steps', [], 'i32'), {
    carried: [start],
    sliced: [b.param('gradients', [3, 1, 4])],
    shared: [],
  })
  const [left, right] = b.split(at(carried, 0), 1, [1, 3]) as [Value, Value]
  const table = b.constant(Float32Array.of(1, 2, 3), [3])
  const program = b.build({ left, right: b.mul(right, table), lengths: at(stacked, 0) })

  expect(`\n${print(program)}\n`).toBe(`
%0 = param() name="start" : f32[1,4]
%1 = param() name="steps" : i32[]
%2 = param() name="gradients" : f32[3,1,4]
%3 = repeat(%1, %0, %2) limit=3 carried=1 sliced=1 : f32[1,4], f32[3,1,1]
    %0 = param() name="weights" : f32[1,4]
    %1 = param() name="gradient" : f32[1,4]
    %2 = const() 0.5 : f32[]
    %3 = binary(%1, %2) fn="mul" : f32[1,4]
    %4 = binary(%0, %3) fn="sub" : f32[1,4]
    %5 = binary(%4, %4) fn="mul" : f32[1,4]
    %6 = reduce(%5) fn="sum" axes=[1] : f32[1,1]
    %7 = unary(%6) fn="sqrt" : f32[1,1]
    return weights=%4, length=%7
%4 = split(%3) axis=1 sizes=[1,3] : f32[1,1], f32[1,3]
%5 = const() <3 numbers> : f32[3]
%6 = binary(%4.1, %5) fn="mul" : f32[1,3]
return left=%4, right=%6, lengths=%3.1
`)
})
