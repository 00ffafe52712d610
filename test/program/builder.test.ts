/** What the builder refuses where it is written, and what it leaves out. */
import { describe, expect, test } from 'vitest'
import { Builder } from '../../src/program/builder.js'
import { inferTypes, type Op } from '../../src/program/ops.js'
import { type Program, ProgramError, type Shape, type Value } from '../../src/program/program.js'

type Mistake = readonly [name: string, make: (b: Builder, x: Value) => unknown, message: RegExp]

const image: Shape = [1, 4, 4, 2, 3]
const values =
  (...shapes: Shape[]) =>
  (b: Builder): Value[] =>
    shapes.map((shape, index) => b.param(`v${index}`, shape))

/** Mistakes by operation; `x` is [2, 3]. */
const mistakes: { readonly [K in Op]: readonly Mistake[] } = {
  param: [['a source', (b, x) => b.emit('param', { name: 'p', type: x.type }, [x]), /param takes 0 sources, not 1/]],
  const: [['too few numbers', (b) => b.constant(Float32Array.of(1, 2), [3]), /const holds 2 numbers for shape \[3\]/]],
  unary: [
    ['two sources', (b, x) => b.emit('unary', { fn: 'exp' }, [x, x]), /unary takes 1 sources, not 2/],
    ['an int32', (b) => b.exp(b.param('trips', [], 'i32')), /unary takes float32 sources only/],
  ],
  binary: [
    ['shapes that do not broadcast', (b, x) => b.add(x, b.param('z', [2])), /\[2,3\] and \[2\] cannot be broadcast/],
    ['an int32', (b, x) => b.add(x, b.param('trips', [], 'i32')), /binary takes float32 sources only/],
  ],
  select: [
    ['two shapes', (b, x) => b.select(x, x, b.param('z', [3])), /select needs one shape, not \[2,3\], \[2,3\], \[3\]/],
  ],
  matmul: [
    ['a vector', (b, x) => b.matmul(x, b.param('z', [3])), /two matrices or stacks of them, not \[2,3\] and \[3\]/],
    ['inner axes that differ', (b, x) => b.matmul(x, x), /inner axes differ: \[2,3\] x \[2,3\]/],
    [
      'inner axes that differ, transposed',
      (b, x) => b.matmul(x, b.param('z', [3, 2]), { transA: true }),
      /inner axes differ: \[2,3\]' x \[3,2\]/,
    ],
    ['stacks of two heights', (b) => b.matmul(b.param('y', [2, 1, 1]), b.param('z', [3, 1, 1])), /equal leading axes/],
  ],
  reduce: [
    ['no axes', (b, x) => b.sum(x, []), /reduce has no axes {2}in \[2,3\]/],
    ['an axis that is not there', (b, x) => b.max(x, [2]), /reduce has no axes 2 in \[2,3\]/],
    ['an axis counted from the back', (b, x) => b.sum(x, [-1]), /reduce has no axes -1 in \[2,3\]/],
  ],
  expand: [
    ['another length', (b, x) => b.expand(x, [4, 3]), /\[2,3\] (and|cannot)/],
    ['fewer axes', (b, x) => b.expand(x, [3]), /\[2,3\] cannot be expanded to \[3\]/],
  ],
  reshape: [['another size', (b, x) => b.reshape(x, [5]), /\[2,3\] cannot be reshaped to \[5\]/]],
  transpose: [
    ['an axis twice', (b, x) => b.transpose(x, [0, 0]), /\[0,0\] is no order of the axes of \[2,3\]/],
    ['an axis too few', (b) => b.transpose(b.param('z', [2, 1]), [0]), /\[0\] is no order of the axes of \[2,1\]/],
    ['an axis too many', (b, x) => b.transpose(x, [1, 0, 2]), /\[1,0,2\] is no order of the axes of \[2,3\]/],
    [
      'an axis too few, of what is transposed',
      (b, x) => b.transpose(b.transpose(x, [1, 0]), [0]),
      /\[0\] is no order of the axes of \[3,2\]/,
    ],
  ],
  concat: [
    ['nothing', (b) => b.concat([], 0), /concat needs a source/],
    ['an axis that is not there', (b, x) => b.concat([x, x], 2), /concat has no axis 2 in \[2,3\]/],
    [
      'parts that differ elsewhere',
      (b, x) => b.concat([x, b.param('z', [3, 3])], 1),
      /concat on axis 1: \[2,3\] and \[3,3\] differ elsewhere/,
    ],
  ],
  split: [
    [
      'sizes that do not add up',
      (b, x) => b.split(x, 1, [1, 1]),
      /split sizes \[1,1\] do not add up to axis 1 of \[2,3\]/,
    ],
    ['an axis that is not there', (b, x) => b.split(x, 2, [1]), /split sizes \[1\] do not add up to axis 2 of \[2,3\]/],
  ],
  windows: [
    [
      'no images',
      (b, x) => b.windows(x, { size: 2, stride: 1, padding: 0 }),
      /images are \[..., height, width, examples, channels\], not \[2,3\]/,
    ],
    [
      'windows larger than the image',
      (b) => b.windows(b.param('z', image), { size: 5, stride: 1, padding: 0 }),
      /no window of 5 fits into 4 x 4/,
    ],
  ],
  unwindows: [
    [
      'an image of another size',
      (b) => {
        const windows = b.windows(b.param('z', image), { size: 2, stride: 2, padding: 0 })
        return b.emit(
          'unwindows',
          { size: 2, stride: 2, padding: 0, inputPhases: 1, outputPhases: 1, tapsFirst: false, height: 9, width: 4 },
          [windows],
        )
      },
      /2 x 2 windows of 12 values do not come from 9 x 4/,
    ],
  ],
  normalize: [
    [
      'scales of another shape',
      (b, x) => b.normalize(x, b.param('s', [3]), b.param('t', [2, 1]), 1),
      /takes scale, shift and what is known as \[2,1\], not \[3\], \[2,1\]/,
    ],
    ['a number', (b) => b.normalize(b.scalar(1), b.scalar(1), b.scalar(1), 1), /normalize needs an axis/],
  ],
  logSoftmax: [['two sources', (b, x) => b.emit('logSoftmax', {}, [x, x]), /logSoftmax takes 1 sources, not 2/]],
  repeat: [
    [
      'trips that are no int32',
      (b, x) => b.repeat(doubling([2, 3]), 4, b.scalar(2), carrying(x)),
      /trip count as an i32 scalar/,
    ],
    [
      'a value too few',
      (b) => b.repeat(doubling([2, 3]), 4, trips(b), { carried: [], sliced: [], shared: [] }),
      /passes 0 values to a body of 1 parameters/,
    ],
    [
      'another shape',
      (b, x) => b.repeat(doubling([3]), 4, trips(b), carrying(x)),
      /passes \[2,3\] to the body's x \[3\]/,
    ],
    [
      'slices of another number',
      (b, x) => b.repeat(doubling([3]), 4, trips(b), { carried: [], sliced: [x], shared: [] }),
      /slices x from \[2,3\], not 4 rows/,
    ],
    [
      'a body that changes a shape',
      (b, x) => b.repeat(flattening([2, 3]), 4, trips(b), carrying(x)),
      /body turns \[2,3\] into \[6\]/,
    ],
  ],
}

const trips = (b: Builder): Value => b.param('trips', [], 'i32')
const carrying = (x: Value) => ({ carried: [x], sliced: [], shared: [] })

function caught(make: () => unknown): Error | undefined {
  try {
    make()
    return undefined
  } catch (error) {
    return error instanceof Error ? error : undefined
  }
}

function doubling(shape: Shape): Program {
  const b = new Builder()
  const x = b.param('x', shape)
  return b.build({ x: b.add(x, x) })
}

function flattening(shape: Shape): Program {
  const b = new Builder()
  return b.build({ x: b.reshape(b.param('x', shape), [6]) })
}

describe('a mistake is reported where it is made', () => {
  const rows = Object.entries(mistakes).flatMap(([op, list]) =>
    list.map(([name, make, message]) => ({ op, name, make, message })),
  )

  test.each(rows)('$op: $name', ({ make, message }) => {
    const b = new Builder()
    const x = b.param('x', [2, 3])
    const mistake = caught(() => make(b, x))
    expect(mistake).toBeInstanceOf(ProgramError)
    expect(mistake?.message).toMatch(message)
  })

  test.each<Mistake>([
    ['reduce: an axis twice', (b, x) => b.sum(x, [1, 1]), /axis/],
    ['reshape: negative lengths', (b, x) => b.reshape(x, [-2, -3]), /reshaped/],
    ['split: a negative size', (b, x) => b.split(x, 1, [-1, 4]), /split sizes/],
    ['windows: no stride', (b) => b.windows(b.param('z', image), { size: 2, stride: 0, padding: 0 }), /window/],
  ])('%s', (_name, make, message) => {
    const b = new Builder()
    const x = b.param('x', [2, 3])
    expect(() => make(b, x)).toThrow(message)
  })

  test('every operation has a row', () => {
    expect(Object.keys(mistakes).sort()).toEqual(Object.keys(inferTypes).sort())
  })
})

describe('a program holds only what is needed', () => {
  const opsOf = ({ nodes }: Program): Op[] => nodes.map((node) => node.op)

  test('two transposes that cancel are none', () => {
    const b = new Builder()
    const x = b.param('x', [2, 3, 4])
    expect(opsOf(b.build({ y: b.transpose(b.transpose(x, [2, 0, 1]), [1, 2, 0]) }))).toEqual(['param'])
  })

  test('two transposes in a row are one', () => {
    const b = new Builder()
    const twice = b.transpose(b.transpose(b.param('x', [2, 3, 4]), [2, 0, 1]), [0, 2, 1])
    const program = b.build({ y: twice })
    expect(opsOf(program)).toEqual(['param', 'transpose'])
    expect(program.nodes[1]).toMatchObject({ attrs: { perm: [2, 1, 0] }, out: [{ shape: [4, 3, 2] }] })
  })

  test('reshapes in a row are one, or none', () => {
    const b = new Builder()
    const x = b.param('x', [2, 3])
    expect(opsOf(b.build({ y: b.reshape(b.reshape(x, [6]), [3, 2]) }))).toEqual(['param', 'reshape'])
    expect(opsOf(b.build({ y: b.reshape(b.reshape(x, [6]), [2, 3]) }))).toEqual(['param'])
  })

  test('a transpose that only moves an axis of length 1 is a reshape', () => {
    const b = new Builder()
    const program = b.build({ y: b.transpose(b.param('x', [2, 1, 3]), [0, 2, 1]) })
    expect(opsOf(program)).toEqual(['param', 'reshape'])
    expect(program.outputs[0]?.value.type.shape).toEqual([2, 3, 1])
  })

  test.each([
    ['reshape', (b: Builder, x: Value) => b.reshape(x, [2, 3])],
    ['expand', (b: Builder, x: Value) => b.expand(x, [2, 3])],
    ['transpose', (b: Builder, x: Value) => b.transpose(x, [0, 1])],
  ])('a %s that changes nothing is left out', (_op, make) => {
    const b = new Builder()
    expect(opsOf(b.build({ y: make(b, b.param('x', [2, 3])) }))).toEqual(['param'])
  })

  test.each([
    ['left', (b: Builder, row: Value, x: Value) => b.mul(b.expand(row, [2, 3]), x)],
    ['right', (b: Builder, row: Value, x: Value) => b.mul(x, b.expand(row, [2, 3]))],
  ])('an expanded operand on the %s is read as it was', (_side, make) => {
    const b = new Builder()
    const [row, x] = [b.param('row', [3]), b.param('x', [2, 3])]
    expect(opsOf(b.build({ y: make(b, row, x) }))).toEqual(['param', 'param', 'binary'])
  })

  test('one of two expanded operands stays where the shape needs it', () => {
    const b = new Builder()
    const [row, other] = values([3], [3])(b) as [Value, Value]
    const program = b.build({ y: b.add(b.expand(row, [2, 3]), b.expand(other, [2, 3])) })
    expect(opsOf(program)).toEqual(['param', 'param', 'expand', 'binary'])
    expect(program.outputs[0]?.value.type.shape).toEqual([2, 3])
  })

  test('what no output needs is dropped, but for parameters', () => {
    const b = new Builder()
    const [x, unused] = values([2], [2])(b) as [Value, Value]
    const kept = b.neg(x)
    b.exp(b.tanh(unused))
    const program = b.build({ y: b.sqrt(kept) })
    expect(program.nodes.map((node) => (node.op === 'unary' ? node.attrs.fn : node.op))).toEqual([
      'param',
      'param',
      'neg',
      'sqrt',
    ])
  })
})
