/** The readable oracle: every operation in plain TypeScript, in float64. For tests, and for reading; not fast. */
import type { BinaryFunction, Op, UnaryFunction } from '../program/ops.js'
import type { NodeOf, Program, Shape, Value } from '../program/program.js'
import { at, paramsOf, sizeOf } from '../program/program.js'
import type { ClientProgram, Engine, Executable, Tensors } from './engine.js'
import { checkFeeds } from './feeds.js'
import { asMatrices, broadcastIndex, coordinates, forEachTap, stridesOf } from './reference-indices.js'

export class ReferenceEngine implements Engine {
  readonly name = 'reference'
  readonly parallelism = 1

  async compile(program: Program): Promise<Executable> {
    const params = paramsOf(program)
    return {
      run: async (feeds, wanted, into = {}) => {
        checkFeeds(params, feeds)
        const results = evaluate(
          program,
          Object.fromEntries(Object.entries(feeds).map(([name, { data }]) => [name, Float64Array.from(data)])),
        )
        const tensors = program.outputs
          .filter(({ name }) => wanted?.includes(name) ?? true)
          .map(({ name, value }) => {
            const data = into[name] ?? new Float32Array(sizeOf(value.type.shape))
            data.set(named(results, name))
            return [name, { shape: value.type.shape, data }] as const
          })
        return Object.fromEntries(tensors) satisfies Tensors
      },
      dispose: async () => {},
    }
  }

  compileForClients(programs: readonly ClientProgram[]): Promise<Executable[]> {
    return Promise.all(programs.map((program) => this.compile(program(1))))
  }

  async close(): Promise<void> {}
}

/** Runs a program in float64: feeds and results by name, row-major. */
export function evaluate(
  program: Program,
  feeds: Readonly<Record<string, Float64Array>>,
): Record<string, Float64Array> {
  const values: Float64Array[][] = []
  const dataOf = (value: Value): Float64Array => at(at(values, value.node), value.output)
  for (const node of program.nodes) {
    if (node.op === 'param') {
      values.push([named(feeds, node.attrs.name)])
      continue
    }
    const kernel = kernels[node.op] as (node: NodeOf<Op>, src: Float64Array[]) => Float64Array[]
    values.push(kernel(node as NodeOf<Op>, node.src.map(dataOf)))
  }
  return Object.fromEntries(program.outputs.map(({ name, value }) => [name, dataOf(value)]))
}

function named<T>(record: Readonly<Record<string, T>>, name: string): T {
  const item = record[name]
  if (item === undefined) throw new Error(`there is no ${name}`)
  return item
}

type Kernel<K extends Op> = (node: NodeOf<K>, src: Float64Array[]) => Float64Array[]

const unary: Record<UnaryFunction, (x: number) => number> = {
  neg: (x) => -x,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  tanh: Math.tanh,
  relu: (x) => Math.max(x, 0),
  step: (x) => (x > 0 ? 1 : 0),
}

const binary: Record<BinaryFunction, (x: number, y: number) => number> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  max: Math.max,
  min: Math.min,
  greater: (x, y) => (x > y ? 1 : 0),
  equal: (x, y) => (x === y ? 1 : 0),
}

const kernels: { readonly [K in Exclude<Op, 'param'>]: Kernel<K> } = {
  const: ({ attrs }) => [Float64Array.from(attrs.data)],
  unary: ({ attrs }, [x]) => [some(x).map(unary[attrs.fn])],
  binary: ({ attrs, src, out }, [x, y]) => {
    const shape = at(out, 0).shape
    const [fromX, fromY] = [broadcastIndex(at(src, 0).type.shape, shape), broadcastIndex(at(src, 1).type.shape, shape)]
    return [generate(shape, (index) => binary[attrs.fn](at(some(x), fromX(index)), at(some(y), fromY(index))))]
  },
  select: (_node, [condition, a, b]) => [some(condition).map((c, i) => (c !== 0 ? at(some(a), i) : at(some(b), i)))],
  matmul: ({ attrs, src, out }, [x, y]) => {
    const [batch, m, n] = asMatrices(at(out, 0).shape)
    const [, rows, columns] = asMatrices(at(src, 0).type.shape)
    const k = attrs.transA ? rows : columns
    const result = new Float64Array(batch * m * n)
    for (let s = 0; s < batch; s++)
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++) {
          let sum = 0
          for (let l = 0; l < k; l++) {
            const left = s * m * k + (attrs.transA ? l * m + i : i * k + l)
            const right = s * k * n + (attrs.transB ? j * k + l : l * n + j)
            sum += at(some(x), left) * at(some(y), right)
          }
          result[(s * m + i) * n + j] = sum
        }
    return [result]
  },
  reduce: ({ attrs, src, out }, [x]) => {
    const to = broadcastIndex(at(out, 0).shape, at(src, 0).type.shape)
    const result = new Float64Array(sizeOf(at(out, 0).shape)).fill(attrs.fn === 'sum' ? 0 : -Infinity)
    some(x).forEach((value, index) => {
      const target = to(index)
      result[target] = attrs.fn === 'sum' ? at(result, target) + value : Math.max(at(result, target), value)
    })
    return [result]
  },
  expand: ({ src, out }, [x]) => {
    const from = broadcastIndex(at(src, 0).type.shape, at(out, 0).shape)
    return [generate(at(out, 0).shape, (index) => at(some(x), from(index)))]
  },
  reshape: (_node, [x]) => [some(x)],
  transpose: ({ attrs, src, out }, [x]) => {
    const from = stridesOf(at(src, 0).type.shape)
    const shape = at(out, 0).shape
    return [
      generate(shape, (index) =>
        at(
          some(x),
          coordinates(index, shape).reduce((sum, c, axis) => sum + c * at(from, at(attrs.perm, axis)), 0),
        ),
      ),
    ]
  },
  concat: ({ attrs, src, out }, parts) => {
    const lengths = src.map(({ type }) => sizeOf(type.shape.slice(attrs.axis)))
    const rows = sizeOf(at(out, 0).shape.slice(0, attrs.axis))
    const pieces = Array.from({ length: rows }, (_, row) =>
      parts.map((part, index) => part.subarray(row * at(lengths, index), (row + 1) * at(lengths, index))),
    )
    return [joined(pieces.flat())]
  },
  split: ({ attrs, src, out }, [x]) => {
    const whole = sizeOf(at(src, 0).type.shape.slice(attrs.axis))
    const rows = sizeOf(at(src, 0).type.shape.slice(0, attrs.axis))
    let offset = 0
    return out.map(({ shape }) => {
      const length = sizeOf(shape.slice(attrs.axis))
      const pieces = Array.from({ length: rows }, (_, row) =>
        some(x).subarray(row * whole + offset, row * whole + offset + length),
      )
      offset += length
      return joined(pieces)
    })
  },
  windows: ({ attrs, src, out }, [x]) => {
    const result = new Float64Array(sizeOf(at(out, 0).shape))
    forEachTap(at(src, 0).type.shape, attrs, (pixel, tap) => {
      result[tap] = at(some(x), pixel)
    })
    return [result]
  },
  unwindows: ({ attrs, out }, [x]) => {
    const result = new Float64Array(sizeOf(at(out, 0).shape))
    forEachTap(at(out, 0).shape, attrs, (pixel, tap) => {
      result[pixel] = at(result, pixel) + at(some(x), tap)
    })
    return [result]
  },
  normalize: ({ attrs, src }, [x, scale, shift, knownMean, knownVariance, share]) => {
    const length = at(at(src, 0).type.shape, at(src, 0).type.shape.length - 1)
    const [value, normalized] = [new Float64Array(some(x).length), new Float64Array(some(x).length)]
    const [inverse, means] = [new Float64Array(some(scale).length), new Float64Array(some(scale).length)]
    inverse.forEach((_, row) => {
      const values = some(x).subarray(row * length, (row + 1) * length)
      const mean = values.reduce((sum, v) => sum + v, 0) / length
      const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / length
      inverse[row] = 1 / Math.sqrt(variance + attrs.epsilon)
      means[row] = mean
      const mixed = (own: number, known: Float64Array | undefined) =>
        share ? own + at(share, row) * (at(some(known), row) - own) : own
      const [centre, deviation] = [mixed(mean, knownMean), Math.sqrt(mixed(variance, knownVariance) + attrs.epsilon)]
      values.forEach((v, i) => {
        normalized[row * length + i] = (v - mean) * at(inverse, row)
        value[row * length + i] = (at(some(scale), row) * (v - centre)) / deviation + at(some(shift), row)
      })
    })
    return [value, normalized, inverse, means]
  },
  logSoftmax: ({ src }, [x]) => {
    const length = at(at(src, 0).type.shape, at(src, 0).type.shape.length - 1)
    const result = new Float64Array(some(x).length)
    for (let row = 0; row < result.length; row += length) {
      const values = some(x).subarray(row, row + length)
      const max = values.reduce((a, b) => Math.max(a, b), -Infinity)
      const logSum = max + Math.log(values.reduce((sum, v) => sum + Math.exp(v - max), 0))
      values.forEach((v, i) => {
        result[row + i] = v - logSum
      })
    }
    return [result]
  },
  repeat: ({ attrs, out }, [trips, ...values]) => {
    const { body, limit, carried, sliced } = attrs
    const names = paramsOf(body).map(({ name }) => name)
    const state = values.slice(0, carried)
    const stacks = out.slice(carried).map(({ shape }) => new Float64Array(sizeOf(shape)))
    for (let step = 0; step < at(some(trips), 0); step++) {
      const inputs = values.map((value, index) => {
        if (index < carried) return at(state, index)
        const length = value.length / limit
        return index < carried + sliced ? value.subarray(step * length, (step + 1) * length) : value
      })
      const results = evaluate(body, Object.fromEntries(inputs.map((value, index) => [at(names, index), value])))
      body.outputs.forEach(({ name }, index) => {
        const result = named(results, name)
        if (index < carried) state[index] = result
        else at(stacks, index - carried).set(result, step * result.length)
      })
    }
    return [...state, ...stacks]
  },
}

function some(x: Float64Array | undefined): Float64Array {
  if (x === undefined) throw new Error('an operation was called with too few sources')
  return x
}

function generate(shape: Shape, element: (index: number) => number): Float64Array {
  return new Float64Array(sizeOf(shape)).map((_, index) => element(index))
}

function joined(pieces: readonly Float64Array[]): Float64Array {
  const result = new Float64Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let offset = 0
  for (const piece of pieces) {
    result.set(piece, offset)
    offset += piece.length
  }
  return result
}
