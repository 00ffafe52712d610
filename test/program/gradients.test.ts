/** Every rule of the gradient table against central differences, in float64. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { evaluate } from '../../src/engine/reference.js'
import { Builder } from '../../src/program/builder.js'
import { differentiate } from '../../src/program/differentiate.js'
import { gradientRules } from '../../src/program/gradients.js'
import type { Shape, Value } from '../../src/program/program.js'
import { at, sizeOf } from '../../src/program/program.js'

type Body = (b: Builder, x: Value, z: Value) => Value

interface Row {
  readonly x: Shape
  readonly z?: Shape
  readonly body: Body
}

const image: Shape = [1, 5, 4, 2, 3]
const rows: Readonly<Record<string, Row>> = {
  'unary neg': { x: [3], body: (b, x) => b.neg(x) },
  'unary exp': { x: [3], body: (b, x) => b.exp(x) },
  'unary log': { x: [3], body: (b, x) => b.log(b.add(b.mul(x, x), b.scalar(1))) },
  'unary sqrt': { x: [3], body: (b, x) => b.sqrt(b.add(b.mul(x, x), b.scalar(1))) },
  'unary tanh': { x: [3], body: (b, x) => b.tanh(x) },
  'unary relu': { x: [6], body: (b, x) => b.relu(x) },
  'unary step': { x: [4], body: (b, x) => b.mul(b.unary('step', x), x) },
  'binary add': { x: [2, 3], z: [3], body: (b, x, z) => b.add(x, z) },
  'binary sub': { x: [2, 1], z: [2, 3], body: (b, x, z) => b.sub(x, z) },
  'binary mul': { x: [2, 3], z: [2, 1], body: (b, x, z) => b.mul(x, z) },
  'binary div': { x: [2, 3], z: [1, 3], body: (b, x, z) => b.div(x, b.add(b.exp(z), b.scalar(1))) },
  'binary max': { x: [2, 3], z: [3], body: (b, x, z) => b.binary('max', x, z) },
  'binary min': { x: [2, 3], z: [3], body: (b, x, z) => b.binary('min', x, z) },
  'binary greater': { x: [4], z: [4], body: (b, x, z) => b.mul(b.binary('greater', x, z), b.mul(x, z)) },
  'binary equal': { x: [4], z: [4], body: (b, x, z) => b.add(b.binary('equal', x, z), b.mul(x, z)) },
  select: { x: [4], z: [4], body: (b, x, z) => b.select(b.binary('greater', x, z), b.mul(x, x), b.exp(z)) },
  matmul: { x: [2, 3, 4], z: [2, 4, 2], body: (b, x, z) => b.matmul(x, z) },
  'matmul, left transposed': { x: [4, 3], z: [4, 2], body: (b, x, z) => b.matmul(x, z, { transA: true }) },
  'matmul, right transposed': { x: [3, 4], z: [2, 4], body: (b, x, z) => b.matmul(x, z, { transB: true }) },
  'matmul, both transposed': {
    x: [4, 3],
    z: [2, 4],
    body: (b, x, z) => b.matmul(x, z, { transA: true, transB: true }),
  },
  'reduce sum': { x: [2, 3, 2], body: (b, x) => b.sum(x, [0, 2]) },
  'reduce max': { x: [2, 5], body: (b, x) => b.max(x, [1]) },
  expand: { x: [2, 1], body: (b, x) => b.exp(b.expand(x, [3, 2, 4])) },
  reshape: { x: [2, 3], body: (b, x) => b.matmul(b.reshape(x, [3, 2]), x) },
  transpose: { x: [2, 3, 4], body: (b, x) => b.transpose(x, [2, 0, 1]) },
  concat: { x: [2, 3], z: [2, 1], body: (b, x, z) => b.concat([x, z, x], 1) },
  split: { x: [2, 5], body: (b, x) => b.exp(at(b.split(x, 1, [2, 3]), 1)) },
  'windows, stride 2': { x: image, body: (b, x) => b.windows(x, { size: 3, stride: 2, padding: 1 }) },
  'windows, stride 1': { x: image, body: (b, x) => b.windows(x, { size: 2, stride: 1, padding: 0 }) },
  'windows, stride beyond the size': { x: image, body: (b, x) => b.windows(x, { size: 1, stride: 3, padding: 0 }) },
  'windows by phases': {
    x: image,
    body: (b, x) => b.windows(x, { size: 3, stride: 2, padding: 1, inputPhases: 2, outputPhases: 2 }),
  },
  'windows, taps first': {
    x: image,
    body: (b, x) => b.windows(x, { size: 3, stride: 2, padding: 1, tapsFirst: true }),
  },
  unwindows: {
    x: [3, 2, 2, 27],
    body: (b, x) => {
      const attrs = {
        size: 3,
        stride: 2,
        padding: 1,
        inputPhases: 2,
        outputPhases: 1,
        tapsFirst: false,
        height: 5,
        width: 4,
      }
      return at(b.emit('unwindows', attrs, [x]), 0)
    },
  },
  normalize: { x: [2, 5], z: [2, 1], body: (b, x, z) => b.normalize(x, z, b.exp(z), 0.01).value },
  'normalize, with known statistics': {
    x: [2, 5],
    z: [2, 1],
    body: (b, x, z) => {
      const row = (...values: number[]) => b.constant(Float32Array.from(values), [2, 1])
      return b.normalize(x, z, b.exp(z), 0.01, { mean: row(0.3, -1), variance: row(0.5, 2), share: row(0.7, 0.2) })
        .value
    },
  },
  logSoftmax: { x: [2, 4], body: (b, x) => b.logSoftmax(x) },
}

describe('gradient table', () => {
  test.each(Object.entries(rows))('%s', (_name, { x, z = [1], body }) => {
    fc.assert(
      fc.property(numbers(sizeOf(x)), numbers(sizeOf(z)), (xs, zs) => {
        expectGradients(x, z, body, xs, zs)
      }),
      { numRuns: sizeOf(x) > 50 ? 2 : 10, seed: 7 },
    )
  })

  test('every operation with a gradient has a row', () => {
    const covered = new Set(Object.keys(rows).map((name) => name.split(/[ ,]/)[0]))
    const inputs = ['param', 'const', 'repeat']
    expect(Object.keys(gradientRules).filter((op) => !covered.has(op) && !inputs.includes(op))).toEqual([])
  })

  test('a value that is used twice takes both gradients', () => {
    expectGradients([3], [1], (b, x) => b.mul(b.exp(x), b.add(x, b.tanh(x))), [0.3, -0.2, 0.7], [0])
  })

  test('a repeat is refused: its body is what can be differentiated', () => {
    const body = new Builder()
    const step = body.build({ x: body.exp(body.param('x', [2])) })
    const b = new Builder()
    const x = b.param('x', [2])
    const { carried } = b.repeat(step, 2, b.param('trips', [], 'i32'), { carried: [x], sliced: [], shared: [] })
    expect(() => differentiate(b, b.sum(carried[0] as Value, [0]), [x])).toThrow(/repeat has no gradient/)
  })

  test('a loss that does not depend on a target is refused', () => {
    const b = new Builder()
    const [x, z] = [b.param('x', [1]), b.param('z', [1])]
    expect(() => differentiate(b, b.exp(x), [z])).toThrow(/does not depend/)
  })
})

/** Numbers between -1 and 1, no two closer than the step of the differences: a kink between two points has no difference quotient. */
function numbers(length: number): fc.Arbitrary<number[]> {
  const grid = fc.shuffledSubarray(
    Array.from({ length: 400 }, (_, i) => (i - 199.5) / 200),
    { minLength: length, maxLength: length },
  )
  return grid
}

/** The weighted sum of body(x, z) differentiated by x and z, both ways. */
function expectGradients(xShape: Shape, zShape: Shape, body: Body, xs: readonly number[], zs: readonly number[]): void {
  const b = new Builder()
  const [x, z] = [b.param('x', xShape), b.param('z', zShape)]
  const y = body(b, x, z)
  const weights = b.constant(
    Float32Array.from({ length: sizeOf(y.type.shape) }, (_, i) => Math.fround(Math.sin(i + 1))),
    y.type.shape,
  )
  // Both parameters always take part, also where the row uses one of them only.
  const extra = b.add(
    b.sum(b.mul(x, x), axesOf(x)),
    b.reshape(
      b.sum(z, axesOf(z)),
      xShape.map(() => 1),
    ),
  )
  const loss = b.add(b.reshape(b.sum(b.mul(y, weights), axesOf(y)), [1]), b.reshape(extra, [1]))
  const [dx, dz] = differentiate(b, loss, [x, z])
  const program = b.build({ loss, dx: dx as Value, dz: dz as Value })
  const lossAt = (dX: number[], dZ: number[]): number =>
    evaluate(program, { x: Float64Array.from(dX), z: Float64Array.from(dZ) }).loss?.[0] ?? Number.NaN
  const results = evaluate(program, { x: Float64Array.from(xs), z: Float64Array.from(zs) })
  const step = 1e-6
  const shifted = (values: readonly number[], index: number, by: number) =>
    values.map((value, i) => (i === index ? value + by : value))
  xs.forEach((_, i) => {
    const slope = (lossAt(shifted(xs, i, step), [...zs]) - lossAt(shifted(xs, i, -step), [...zs])) / (2 * step)
    expect(results.dx?.[i]).toBeCloseTo(slope, 5)
  })
  zs.forEach((_, i) => {
    const slope = (lossAt([...xs], shifted(zs, i, step)) - lossAt([...xs], shifted(zs, i, -step))) / (2 * step)
    expect(results.dz?.[i]).toBeCloseTo(slope, 5)
  })
}

function axesOf(value: Value): number[] {
  return value.type.shape.map((_, axis) => axis)
}
