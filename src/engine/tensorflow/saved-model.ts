/**
 * Programs as one SavedModel. Each is a function, called by a signature of its own; what they keep lies in variables that all
 * of them see (shelves.ts).
 */
import type { Program } from '../../program/program.js'
import { at, paramsOf } from '../../program/program.js'
import type { Shelf } from '../workers/protocol.js'
import {
  type Argument,
  type Attribute,
  encodeSavedModel,
  type GraphFunction,
  type GraphNode,
  type Signature,
} from './format.js'
import { argumentsOf, lower } from './lower.js'
import { shelfName } from './shelves.js'

/** Signatures: of program number `place` of the model, and of what puts rows onto a shelf. */
export const runSignature = (place: number): string => `run${place}`
export const putSignature = (shelf: string): string => `put_${shelf}`
/** Run by TensorFlow when the model is loaded. */
const INIT = '__saved_model_init_op'

/** `byXla`: whether XLA compiles the program for its device, the first time it runs; otherwise TensorFlow's own kernels run. */
export interface ProgramOfModel {
  readonly program: Program
  readonly byXla: boolean
}

export function savedModelOf(
  model: number,
  programs: readonly ProgramOfModel[],
  shelves: readonly Shelf[],
): Uint8Array {
  const graph = new GraphParts()
  for (const shelf of shelves) graph.addShelf(shelf)
  programs.forEach((program, place) => {
    graph.addProgram(model, program, place)
  })
  return graph.encode()
}

class GraphParts {
  private readonly nodes: GraphNode[] = []
  private readonly functions: GraphFunction[] = []
  private readonly signatures: Record<string, Signature> = {}
  private readonly initializers: string[] = []

  encode(): Uint8Array {
    this.node('init', 'NoOp', this.initializers, {})
    const outputs = { [INIT]: { name: 'init', type: 'float', shape: [] } as const }
    const signatures = { ...this.signatures, [INIT]: { inputs: {}, outputs } }
    return encodeSavedModel({ nodes: this.nodes, functions: this.functions, signatures })
  }

  addShelf({ name, rows, rowShape }: Shelf): void {
    const shape = [rows, ...rowShape]
    const dtype = { type: 'float' } as const
    this.node(name, 'VarHandleOp', [], {
      dtype,
      shape: { shape },
      shared_name: { text: name },
      container: { text: '' },
    })
    const dims = this.constant(`${name}_dims`, Int32Array.from(shape), [shape.length])
    const zero = this.constant(`${name}_zero`, new Float32Array(1), [])
    const empty = this.node(`${name}_empty`, 'Fill', [dims, zero], { T: dtype, index_type: { type: 'int32' } })
    this.node(`${name}_init`, 'AssignVariableOp', [`${name}:0`, empty], { dtype })
    this.initializers.push(`^${name}_init`)

    // As many as are put at a time.
    const numbers = this.placeholder(`${name}_numbers`, [-1])
    const put = this.placeholder(`${name}_rows`, [-1, ...rowShape])
    const update = { dtype, Tindices: { type: 'int32' } } as const
    this.node(
      `${name}_put`,
      'ResourceScatterUpdate',
      [`${name}:0`, numbers, this.asFloats(`${name}_floats`, put)],
      update,
    )
    const done = this.node(`${name}_done`, 'Identity', [numbers, `^${name}_put`], { T: { type: 'int32' } })
    this.signatures[putSignature(name)] = {
      inputs: {
        numbers: { name: numbers, type: 'int32', shape: [-1] },
        rows: { name: put, type: 'int32', shape: [-1, ...rowShape] },
      },
      outputs: { done: { name: done, type: 'int32', shape: [-1] } },
    }
  }

  addProgram(model: number, { program, byXla }: ProgramOfModel, place: number): void {
    const attributes: Record<string, Attribute> = byXla ? { _XlaMustCompile: { bool: true } } : {}
    const functions = lower(program, `program${place}`, attributes)
    const [main] = functions
    this.functions.push(...functions)
    const fed = paramsOf(program).map(({ type: { dtype, shape }, kept }, index) => {
      const name = `p${place}_${index}`
      const bits = this.placeholder(`${name}_fed`, kept ? [at(shape, 0)] : shape)
      const argument: Argument = { name: bits, type: 'int32', shape: kept ? [at(shape, 0)] : shape }
      if (kept) return { argument, value: this.gathered(`${name}_rows`, shelfName(model, shape.slice(1)), bits) }
      return { argument, value: dtype === 'i32' ? bits : this.asFloats(name, bits) }
    })
    this.node(
      `call${place}`,
      'PartitionedCall',
      fed.map(({ value }) => value),
      {
        Tin: { types: argumentsOf(program).map(({ type }) => type) },
        Tout: { types: main.outputs.map(({ type }) => type) },
        f: { function: main.name },
        ...attributes,
      },
    )
    this.signatures[runSignature(place)] = {
      inputs: Object.fromEntries(fed.map(({ argument }, index) => [inputKey(index), argument])),
      outputs: Object.fromEntries(
        main.outputs.map(({ type, shape }, index): [string, Argument] => [
          outputKey(index),
          { name: `call${place}:${index}`, type, shape },
        ]),
      ),
    }
  }

  private gathered(name: string, shelf: string, numbers: string): string {
    return this.node(name, 'ResourceGather', [`${shelf}:0`, numbers], {
      dtype: { type: 'float' },
      Tindices: { type: 'int32' },
      batch_dims: { int: 0 },
      validate_indices: { bool: true },
    })
  }

  /** Whatever is fed, is fed as int32: see `asFloats`. */
  private placeholder(name: string, shape: readonly number[]): string {
    return this.node(name, 'Placeholder', [], { dtype: { type: 'int32' }, shape: { shape } })
  }

  /**
   * Floats are fed as the int32 of their bits: the package puts a float tensor onto a GPU and takes it back before the session
   * puts it there again.
   */
  private asFloats(name: string, bits: string): string {
    return this.node(name, 'Bitcast', [bits], { T: { type: 'int32' }, type: { type: 'float' } })
  }

  private constant(name: string, data: Float32Array | Int32Array, shape: readonly number[]): string {
    const type = data instanceof Float32Array ? 'float' : 'int32'
    return this.node(name, 'Const', [], { dtype: { type }, value: { tensor: { type, shape, data } } })
  }

  /** Gives the name of its first output. */
  private node(
    name: string,
    op: string,
    input: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
  ): string {
    this.nodes.push({ name, op, input, attributes })
    return `${name}:0`
  }
}

/** Of a signature, by the place among the program's parameters and outputs. */
export const inputKey = (index: number): string => `p${index}`
export const outputKey = (index: number): string => `r${index}`

/** Multiplications and more that a program repeats are worth a compilation; one pass through a network is not. */
export function isWorthCompiling(program: Program): boolean {
  return program.nodes.some(({ op }) => op === 'repeat')
}
