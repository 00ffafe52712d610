/** Hand-made rows of the engine conformance suite: one small program an operation, with the numbers it must give. */
import { Builder } from '../../src/program/builder.js'
import type { Program, Value } from '../../src/program/program.js'

export interface Row {
  readonly name: string
  readonly program: Program
  readonly feeds: Readonly<Record<string, readonly number[]>>
  readonly expected: Readonly<Record<string, readonly number[]>>
}

/** A program of parameters with the given shapes and the outputs that `body` makes of them. */
function row(
  name: string,
  shapes: Readonly<Record<string, readonly number[]>>,
  body: (b: Builder, params: Record<string, Value>) => Record<string, Value>,
  feeds: Row['feeds'],
  expected: Row['expected'],
): Row {
  const b = new Builder()
  const params = Object.fromEntries(Object.entries(shapes).map(([param, shape]) => [param, b.param(param, shape)]))
  return { name, program: b.build(body(b, params)), feeds, expected }
}

const one =
  (f: (b: Builder, x: Value) => Value) =>
  (b: Builder, { x }: Record<string, Value>): Record<string, Value> => ({ y: f(b, x as Value) })
const two =
  (f: (b: Builder, x: Value, z: Value) => Value) =>
  (b: Builder, { x, z }: Record<string, Value>): Record<string, Value> => ({ y: f(b, x as Value, z as Value) })

const unary = (fn: Parameters<Builder['unary']>[0], expected: number[]): Row =>
  row(
    `unary ${fn}`,
    { x: [3] },
    one((b, x) => b.unary(fn, x)),
    { x: fn === 'log' || fn === 'sqrt' ? [1, 4, 0.25] : [-1, 0, 2] },
    { y: expected },
  )

const binary = (fn: Parameters<Builder['binary']>[0], expected: number[]): Row =>
  row(
    `binary ${fn}, broadcast`,
    { x: [2, 1], z: [2] },
    two((b, x, z) => b.binary(fn, x, z)),
    { x: [1, 4], z: [2, 4] },
    { y: expected },
  )

/** 3 x 3 images of one example with one channel: 1 to 9. */
const image = { shape: [1, 3, 3, 1, 1], data: [1, 2, 3, 4, 5, 6, 7, 8, 9] }

const rowByRow = { inputPhases: 1, outputPhases: 1, tapsFirst: false }

function loop(trips: number): Row {
  const body = new Builder()
  const [sum, item, factor] = [body.param('sum', [2]), body.param('item', [2]), body.param('factor', [])]
  const next = body.add(sum, body.mul(item, factor))
  const step = body.build({ sum: next, seen: body.scale(next, 10) })
  const b = new Builder()
  const start = b.param('start', [2])
  const items = b.param('items', [3, 2])
  const factor2 = b.param('factor', [])
  const count = b.param('trips', [], 'i32')
  const { carried, stacked } = b.repeat(step, 3, count, { carried: [start], sliced: [items], shared: [factor2] })
  const sums = [
    [0, 0],
    [2, 4],
    [8, 12],
    [18, 24],
  ]
  const expected = {
    sum: sums[trips] ?? [],
    seen: [1, 2, 3].flatMap((step) =>
      step <= trips ? (sums[step] ?? []).map((v) => 10 * v) : [Number.NaN, Number.NaN],
    ),
  }
  return {
    name: `repeat, ${trips} of 3 trips`,
    program: b.build({ sum: carried[0] as Value, seen: stacked[0] as Value }),
    feeds: { start: [0, 0], items: [1, 2, 3, 4, 5, 6], factor: [2], trips: [trips] },
    expected,
  }
}

/** NaN in `expected` stands for a number that is not defined. */
export const rows: readonly Row[] = [
  row(
    'param as output',
    { x: [2] },
    one((_b, x) => x),
    { x: [1, 2] },
    { y: [1, 2] },
  ),
  row(
    'const',
    { x: [2] },
    one((b) => b.constant(Float32Array.of(3, 4), [2])),
    { x: [1, 2] },
    { y: [3, 4] },
  ),
  unary('neg', [1, -0, -2]),
  unary('exp', [Math.exp(-1), 1, Math.exp(2)]),
  unary('log', [0, Math.log(4), Math.log(0.25)]),
  unary('sqrt', [1, 2, 0.5]),
  unary('tanh', [Math.tanh(-1), 0, Math.tanh(2)]),
  unary('relu', [0, 0, 2]),
  unary('step', [0, 0, 1]),
  binary('add', [3, 5, 6, 8]),
  binary('sub', [-1, -3, 2, 0]),
  binary('mul', [2, 4, 8, 16]),
  binary('div', [0.5, 0.25, 2, 1]),
  binary('max', [2, 4, 4, 4]),
  binary('min', [1, 1, 2, 4]),
  binary('greater', [0, 0, 1, 0]),
  binary('equal', [0, 0, 0, 1]),
  row(
    'select',
    { c: [3], x: [3], z: [3] },
    (b, { c, x, z }) => ({ y: b.select(c as Value, x as Value, z as Value) }),
    { c: [0, 1, -2], x: [1, 2, 3], z: [4, 5, 6] },
    { y: [4, 2, 3] },
  ),
  row(
    'matmul',
    { x: [2, 3], z: [3, 2] },
    two((b, x, z) => b.matmul(x, z)),
    { x: [1, 2, 3, 4, 5, 6], z: [1, 0, 0, 1, 1, 1] },
    { y: [4, 5, 10, 11] },
  ),
  row(
    'matmul, both transposed',
    { x: [3, 2], z: [2, 3] },
    two((b, x, z) => b.matmul(x, z, { transA: true, transB: true })),
    { x: [1, 4, 2, 5, 3, 6], z: [1, 0, 1, 0, 1, 1] },
    { y: [4, 5, 10, 11] },
  ),
  row(
    'matmul, stack',
    { x: [2, 1, 2], z: [2, 2, 1] },
    two((b, x, z) => b.matmul(x, z)),
    { x: [1, 2, 3, 4], z: [1, 1, 2, 0] },
    { y: [3, 6] },
  ),
  row(
    'matmul, stack with transposed right',
    { x: [2, 1, 2], z: [2, 1, 2] },
    two((b, x, z) => b.matmul(x, z, { transB: true })),
    { x: [1, 2, 3, 4], z: [1, 1, 2, 0] },
    { y: [3, 6] },
  ),
  row(
    'reduce sum',
    { x: [2, 3] },
    one((b, x) => b.sum(x, [1])),
    { x: [1, 2, 3, 4, 5, 6] },
    { y: [6, 15] },
  ),
  row(
    'reduce sum over all axes',
    { x: [2, 3] },
    one((b, x) => b.sum(x, [0, 1])),
    { x: [1, 2, 3, 4, 5, 6] },
    { y: [21] },
  ),
  row(
    'reduce max',
    { x: [2, 3] },
    one((b, x) => b.max(x, [0])),
    { x: [1, 5, -3, 4, 2, -6] },
    { y: [4, 5, -3] },
  ),
  row(
    'expand',
    { x: [2, 1] },
    one((b, x) => b.expand(x, [2, 2])),
    { x: [1, 2] },
    { y: [1, 1, 2, 2] },
  ),
  row(
    'reshape',
    { x: [2, 3] },
    one((b, x) => b.reshape(x, [3, 2])),
    { x: [1, 2, 3, 4, 5, 6] },
    { y: [1, 2, 3, 4, 5, 6] },
  ),
  row(
    'transpose',
    { x: [2, 3, 2] },
    one((b, x) => b.transpose(x, [2, 0, 1])),
    { x: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] },
    { y: [1, 3, 5, 7, 9, 11, 2, 4, 6, 8, 10, 12] },
  ),
  row(
    'concat',
    { x: [2, 1], z: [2, 2] },
    two((b, x, z) => b.concat([x, z], 1)),
    { x: [1, 2], z: [3, 4, 5, 6] },
    { y: [1, 3, 4, 2, 5, 6] },
  ),
  row(
    'split',
    { x: [2, 3] },
    (b, { x }) => {
      const [left, right] = b.split(x as Value, 1, [1, 2])
      return { left: left as Value, right: right as Value }
    },
    { x: [1, 2, 3, 4, 5, 6] },
    { left: [1, 4], right: [2, 3, 5, 6] },
  ),
  row(
    'windows, padded, stride 2',
    { x: image.shape },
    one((b, x) => b.sum(b.windows(x, { size: 3, stride: 2, padding: 1 }), [4])),
    { x: image.data },
    { y: [12, 16, 24, 28] },
  ),
  row(
    'windows, order of taps',
    { x: image.shape },
    one((b, x) => b.windows(x, { size: 2, stride: 1, padding: 0 })),
    { x: image.data },
    { y: [1, 2, 4, 5, 2, 3, 5, 6, 4, 5, 7, 8, 5, 6, 8, 9] },
  ),
  row(
    'windows, taps first',
    { x: image.shape },
    one((b, x) => b.windows(x, { size: 2, stride: 1, padding: 0, tapsFirst: true })),
    { x: image.data },
    { y: [1, 2, 4, 5, 2, 3, 5, 6, 4, 5, 7, 8, 5, 6, 8, 9] },
  ),
  row(
    'windows, input by phases',
    { x: image.shape },
    one((b, x) => b.windows(x, { size: 1, stride: 1, padding: 0, inputPhases: 2 })),
    { x: image.data },
    { y: [1, 5, 2, 7, 9, 8, 3, 6, 4] },
  ),
  row(
    'windows, output by phases',
    { x: image.shape },
    one((b, x) => b.windows(x, { size: 1, stride: 1, padding: 0, outputPhases: 2 })),
    { x: image.data },
    { y: [1, 3, 7, 9, 2, 8, 4, 6, 5] },
  ),
  row(
    'unwindows, overlaps summed',
    { x: [1, 2, 2, 1, 4] },
    one(
      (b, x) =>
        b.emit('unwindows', { ...rowByRow, size: 2, stride: 1, padding: 0, height: 3, width: 3 }, [x])[0] as Value,
    ),
    { x: Array(16).fill(1) },
    { y: [1, 2, 1, 2, 4, 2, 1, 2, 1] },
  ),
  row(
    'normalize',
    { x: [1, 2], scale: [1, 1], shift: [1, 1] },
    (b, { x, scale, shift }) => ({ ...b.normalize(x as Value, scale as Value, shift as Value, 0.75) }),
    { x: [1, 2], scale: [4], shift: [1] },
    { value: [-1, 3], normalized: [-0.5, 0.5], inverse: [1], mean: [1.5] },
  ),
  row(
    'normalize, with known statistics',
    { x: [1, 2], scale: [1, 1], shift: [1, 1] },
    (b, { x, scale, shift }) => {
      const number = (value: number) => b.constant(Float32Array.of(value), [1, 1])
      // Mean 1.5 and variance 0.25, half of each: 3.5 and 3.25.
      const known = { mean: number(5.5), variance: number(6.25), share: number(0.5) }
      return b.normalize(x as Value, scale as Value, shift as Value, 0.75, known)
    },
    { x: [1, 2], scale: [4], shift: [1] },
    { value: [-4, -2], normalized: [-0.5, 0.5], inverse: [1], mean: [1.5] },
  ),
  row(
    'logSoftmax',
    { x: [2, 2] },
    one((b, x) => b.logSoftmax(x)),
    { x: [0, 0, 0, 1000] },
    { y: [-Math.LN2, -Math.LN2, -1000, 0] },
  ),
  loop(0),
  loop(2),
  loop(3),
]
