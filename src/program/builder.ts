/** Builds a Program node by node: every method infers the shape at once, so that a mistake is reported where it is made. */
import type { Attributes, BinaryFunction, Op, UnaryFunction, WindowAttributes } from './ops.js'
import { broadcastShapes, inferTypes } from './ops.js'
import type { DType, Node, Output, Program, Shape, Value } from './program.js'
import { at, ProgramError, sameShape } from './program.js'
import { verify } from './verify.js'

export class Builder {
  private readonly nodes: Node[] = []

  /** Adds a node and returns its outputs; the named methods below read better. */
  emit<K extends Op>(op: K, attrs: Attributes[K], src: readonly Value[]): Value[] {
    const out = inferTypes[op](
      attrs,
      src.map((value) => value.type),
    )
    const node = this.nodes.length
    this.nodes.push({ op, attrs, src, out } as Node)
    return out.map((type, output) => ({ node, output, type }))
  }

  nodeOf(value: Value): Node {
    return at(this.nodes, value.node)
  }

  param(name: string, shape: Shape, dtype: DType = 'f32'): Value {
    return this.one('param', { name, type: { dtype, shape } }, [])
  }

  /** A parameter whose rows come again from run to run (ops.ts). */
  keptParam(name: string, shape: Shape): Value {
    return this.one('param', { name, type: { dtype: 'f32', shape }, kept: true }, [])
  }

  constant(data: Float32Array, shape: Shape): Value {
    return this.one('const', { data, shape }, [])
  }

  scalar(value: number): Value {
    return this.constant(Float32Array.of(value), [])
  }

  unary(fn: UnaryFunction, x: Value): Value {
    return this.one('unary', { fn }, [x])
  }

  neg = (x: Value): Value => this.unary('neg', x)
  exp = (x: Value): Value => this.unary('exp', x)
  log = (x: Value): Value => this.unary('log', x)
  sqrt = (x: Value): Value => this.unary('sqrt', x)
  tanh = (x: Value): Value => this.unary('tanh', x)
  relu = (x: Value): Value => this.unary('relu', x)

  /** An expanded operand is read unexpanded where the result has the same shape anyway: broadcasting is free, copies are not. */
  binary(fn: BinaryFunction, a: Value, b: Value): Value {
    const shape = broadcastShapes(a.type.shape, b.type.shape)
    const [left, right] = [this.unexpanded(a), this.unexpanded(b)]
    const fits = (x: Value, y: Value) => sameShape(broadcastShapes(x.type.shape, y.type.shape), shape)
    if (fits(left, b)) return this.one('binary', { fn }, [left, fits(left, right) ? right : b])
    return this.one('binary', { fn }, [a, fits(a, right) ? right : b])
  }

  add = (a: Value, b: Value): Value => this.binary('add', a, b)
  sub = (a: Value, b: Value): Value => this.binary('sub', a, b)
  mul = (a: Value, b: Value): Value => this.binary('mul', a, b)
  div = (a: Value, b: Value): Value => this.binary('div', a, b)
  scale = (a: Value, factor: number): Value => this.mul(a, this.scalar(factor))

  select(condition: Value, a: Value, b: Value): Value {
    return this.one('select', {}, [condition, a, b])
  }

  matmul(a: Value, b: Value, { transA = false, transB = false } = {}): Value {
    return this.one('matmul', { transA, transB }, [a, b])
  }

  sum(x: Value, axes: readonly number[]): Value {
    return this.one('reduce', { fn: 'sum', axes }, [x])
  }

  max(x: Value, axes: readonly number[]): Value {
    return this.one('reduce', { fn: 'max', axes }, [x])
  }

  mean(x: Value, axes: readonly number[]): Value {
    const count = axes.reduce((product, axis) => product * at(x.type.shape, axis), 1)
    return this.scale(this.sum(x, axes), 1 / count)
  }

  expand(x: Value, shape: Shape): Value {
    return sameShape(x.type.shape, shape) ? x : this.one('expand', { shape }, [x])
  }

  /** Reshapes in a row are one, or none. */
  reshape(x: Value, shape: Shape): Value {
    const node = this.nodeOf(x)
    if (node.op === 'reshape') return this.reshape(at(node.src, 0), shape)
    return sameShape(x.type.shape, shape) ? x : this.one('reshape', { shape }, [x])
  }

  /** Two transposes in a row are one, or none; one that only moves axes of length 1 is a reshape. */
  transpose(x: Value, perm: readonly number[]): Value {
    inferTypes.transpose({ perm }, [x.type])
    const node = this.nodeOf(x)
    if (node.op === 'transpose')
      return this.transpose(
        at(node.src, 0),
        perm.map((axis) => at(node.attrs.perm, axis)),
      )
    const moved = perm.filter((axis) => x.type.shape[axis] !== 1)
    if (moved.every((axis, index) => index === 0 || at(moved, index - 1) < axis))
      return this.reshape(
        x,
        perm.map((axis) => at(x.type.shape, axis)),
      )
    return this.one('transpose', { perm }, [x])
  }

  concat(parts: readonly Value[], axis: number): Value {
    return this.one('concat', { axis }, parts)
  }

  split(x: Value, axis: number, sizes: readonly number[]): Value[] {
    return this.emit('split', { axis, sizes }, [x])
  }

  /** Orders and taps as they are usual, row by row and last, unless said otherwise. */
  windows(x: Value, attrs: Pick<WindowAttributes, 'size' | 'stride' | 'padding'> & Partial<WindowAttributes>): Value {
    return this.one('windows', { inputPhases: 1, outputPhases: 1, tapsFirst: false, ...attrs }, [x])
  }

  /** `known`: statistics that are mixed with those of x. */
  normalize(
    x: Value,
    scale: Value,
    shift: Value,
    epsilon: number,
    known?: { readonly mean: Value; readonly variance: Value; readonly share: Value },
  ): { value: Value; normalized: Value; inverse: Value; mean: Value } {
    const mixed = known ? [known.mean, known.variance, known.share] : []
    const results = this.emit('normalize', { epsilon }, [x, scale, shift, ...mixed])
    const [value, normalized, inverse, mean] = results as [Value, Value, Value, Value]
    return { value, normalized, inverse, mean }
  }

  logSoftmax(x: Value): Value {
    return this.one('logSoftmax', {}, [x])
  }

  /** See `repeat` in ops.ts. Returns the last carried values and the stacks of the body's further outputs. */
  repeat(
    body: Program,
    limit: number,
    trips: Value,
    inputs: { carried: readonly Value[]; sliced: readonly Value[]; shared: readonly Value[] },
  ): { carried: Value[]; stacked: Value[] } {
    const { carried, sliced, shared } = inputs
    const attrs = { body, limit, carried: carried.length, sliced: sliced.length }
    const results = this.emit('repeat', attrs, [trips, ...carried, ...sliced, ...shared])
    return { carried: results.slice(0, carried.length), stacked: results.slice(carried.length) }
  }

  /** The finished program, verified; nodes that no output needs are left out (parameters stay). */
  build(outputs: Readonly<Record<string, Value>>): Program {
    const named: Output[] = Object.entries(outputs).map(([name, value]) => ({ name, value }))
    const program = withoutDeadNodes({ nodes: this.nodes, outputs: named })
    verify(program)
    return program
  }

  private one<K extends Op>(op: K, attrs: Attributes[K], src: readonly Value[]): Value {
    return at(this.emit(op, attrs, src), 0)
  }

  private unexpanded(value: Value): Value {
    const node = this.nodeOf(value)
    return node.op === 'expand' ? at(node.src, 0) : value
  }
}

function withoutDeadNodes({ nodes, outputs }: Program): Program {
  const live = new Set<number>()
  const pending = outputs.map((output) => output.value.node)
  nodes.forEach((node, id) => {
    if (node.op === 'param') pending.push(id)
  })
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (live.has(id)) continue
    live.add(id)
    for (const source of at(nodes, id).src) pending.push(source.node)
  }
  const renumbered = new Map([...live].sort((a, b) => a - b).map((id, index) => [id, index]))
  const moved = (value: Value): Value => {
    const node = renumbered.get(value.node)
    if (node === undefined) throw new ProgramError(`value %${value.node} is used but was dropped`)
    return { ...value, node }
  }
  return {
    nodes: nodes.flatMap((node, id) => (live.has(id) ? [{ ...node, src: node.src.map(moved) } as Node] : [])),
    outputs: outputs.map(({ name, value }) => ({ name, value: moved(value) })),
  }
}
