/** Random programs for property tests: chains of operations over small tensors, each fed with numbers between -1 and 1. */
import fc from 'fast-check'
import { Builder } from '../../src/program/builder.js'
import type { Program, Value } from '../../src/program/program.js'
import { at, paramsOf, sizeOf } from '../../src/program/program.js'

export interface Sample {
  readonly program: Program
  readonly feeds: Readonly<Record<string, Float64Array>>
}

/** Adds an operation on `x` (and perhaps on another value, picked by `pick`) to a program. */
type Move = (b: Builder, x: Value, pick: (accepts: (value: Value) => boolean) => Value | undefined) => Value

const rankOf = (value: Value): number => value.type.shape.length
const lastAxis = (value: Value): number => rankOf(value) - 1

/** Every move keeps numbers moderate, so that float32 and float64 can be compared. */
const moves: Readonly<Record<string, Move>> = {
  neg: (b, x) => b.neg(x),
  exp: (b, x) => b.exp(b.tanh(x)),
  log: (b, x) => b.log(b.add(b.exp(b.tanh(x)), b.scalar(1))),
  sqrt: (b, x) => b.sqrt(b.add(b.mul(x, x), b.scalar(0.5))),
  tanh: (b, x) => b.tanh(x),
  relu: (b, x) => b.relu(x),
  add: (b, x, pick) =>
    b.add(x, pick((y) => rankOf(y) === rankOf(x) && y.type.shape.join() === x.type.shape.join()) ?? b.scalar(0.5)),
  sub: (b, x) => b.sub(x, b.mean(x, [lastAxis(x)])),
  mul: (b, x, pick) => b.mul(x, b.tanh(pick((y) => y.type.shape.join() === x.type.shape.join()) ?? x)),
  div: (b, x) => b.div(x, b.add(b.max(b.mul(x, x), [lastAxis(x)]), b.scalar(1))),
  select: (b, x) => b.select(b.binary('greater', x, b.scalar(0.1)), x, b.scale(x, 0.5)),
  max: (b, x) => b.binary('max', x, b.scale(x, 0.5)),
  min: (b, x) => b.binary('min', x, b.scalar(0.25)),
  matmul: (b, x) => (rankOf(x) < 2 ? b.neg(x) : b.tanh(b.matmul(x, x, { transB: true }))),
  gram: (b, x) => (rankOf(x) < 2 ? b.neg(x) : b.tanh(b.matmul(x, x, { transA: true }))),
  sum: (b, x) => b.tanh(b.sum(x, [0])),
  expand: (b, x) =>
    sizeOf(x.type.shape) > 64 ? b.neg(x) : b.expand(b.reshape(x, [1, ...x.type.shape]), [2, ...x.type.shape]),
  reshape: (b, x) => b.reshape(x, [sizeOf(x.type.shape)]),
  transpose: (b, x) =>
    b.transpose(
      x,
      x.type.shape.map((_, axis) => lastAxis(x) - axis),
    ),
  concat: (b, x) => b.concat([x, b.neg(x)], lastAxis(x)),
  split: (b, x) => {
    const length = at(x.type.shape, lastAxis(x))
    return length < 2 ? b.neg(x) : (at(b.split(x, lastAxis(x), [1, length - 1]), 1) as Value)
  },
  windows: (b, x) => {
    const images = b.reshape(
      x,
      [...x.type.shape, 1, 1].length >= 4 ? [...x.type.shape, 1, 1] : [1, ...x.type.shape, 1, 1],
    )
    return b.windows(images, { size: 2, stride: 2, padding: 1 })
  },
  convolve: (b, x) => {
    const images = b.reshape(x, [1, 1, 1, 1, sizeOf(x.type.shape)])
    return b.windows(images, { size: 3, stride: 1, padding: 1 })
  },
  normalize: (b, x) => {
    const rows = [...x.type.shape.slice(0, -1), 1]
    return b.normalize(x, b.expand(b.scalar(0.7), rows), b.expand(b.scalar(0.1), rows), 0.1).value
  },
  logSoftmax: (b, x) => b.logSoftmax(x),
}

const LARGEST = 400
const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 })

/** Programs with one output `y` and two parameters; what grows too large is left out. */
export const randomPrograms: fc.Arbitrary<Sample> = fc
  .record({
    shape: shapes,
    names: fc.array(fc.constantFrom(...Object.keys(moves)), { minLength: 1, maxLength: 8 }),
    numbers: fc.infiniteStream(fc.double({ min: -1, max: 1, noNaN: true })),
  })
  .map(({ shape, names, numbers }) => {
    const b = new Builder()
    const values: Value[] = [b.param('a', shape), b.param('b', shape)]
    for (const name of names) {
      const x = at(values, values.length - 1)
      const next = (moves[name] as Move)(b, x, (accepts) => values.slice(0, -1).reverse().find(accepts))
      if (sizeOf(next.type.shape) <= LARGEST && next.type.shape.length <= 6) values.push(next)
    }
    const program = b.build({ y: at(values, values.length - 1) })
    const feeds = paramsOf(program).map(
      ({ name, type }) =>
        [
          name,
          Float64Array.from({ length: sizeOf(type.shape) }, () => Math.fround(numbers.next().value ?? 0)),
        ] as const,
    )
    return { program, feeds: Object.fromEntries(feeds) }
  })
