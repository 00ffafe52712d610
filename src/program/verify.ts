/** Verifies a program: every source comes earlier, every type is what the operation makes of its sources, names are unique. */
import type { Attributes, Op } from './ops.js'
import { inferTypes } from './ops.js'
import type { Node, Program, TensorType, Value } from './program.js'
import { ProgramError, paramsOf, sameShape } from './program.js'

/** Throws ProgramError with one sentence that names the node; returns nothing when the program is sound. */
export function verify(program: Program): void {
  program.nodes.forEach((node, id) => {
    const fail = (reason: string): never => {
      throw new ProgramError(`node %${id} (${node.op}): ${reason}`)
    }
    for (const source of node.src) {
      if (source.node >= id) fail(`its source %${source.node} does not come before it`)
      checkType(program, source, fail)
    }
    const expected = infer(node, fail)
    const same = expected.length === node.out.length && expected.every((type, index) => sameType(type, node.out[index]))
    if (!same) fail(`it is declared as ${describe(node.out)}, but makes ${describe(expected)}`)
    if (node.op === 'repeat') verify(node.attrs.body)
  })
  for (const { name, value } of program.outputs) {
    checkType(program, value, (reason) => {
      throw new ProgramError(`output ${name}: ${reason}`)
    })
  }
  requireUnique(
    'parameter',
    paramsOf(program).map((param) => param.name),
  )
  requireUnique(
    'output',
    program.outputs.map((output) => output.name),
  )
}

function infer(node: Node, fail: (reason: string) => never): TensorType[] {
  // The table is exhaustive over Op, but TypeScript cannot follow the link between a node's op and its attributes.
  const rule = inferTypes[node.op] as (attrs: Attributes[Op], src: readonly TensorType[]) => TensorType[]
  try {
    return rule(
      node.attrs,
      node.src.map((source) => source.type),
    )
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
}

function checkType(program: Program, value: Value, fail: (reason: string) => never): void {
  const type = program.nodes[value.node]?.out[value.output]
  if (!type) fail(`%${value.node}.${value.output} does not exist`)
  if (!sameType(value.type, type)) fail(`%${value.node}.${value.output} is not of the type it is used as`)
}

function sameType(a: TensorType, b: TensorType | undefined): boolean {
  return b !== undefined && a.dtype === b.dtype && sameShape(a.shape, b.shape)
}

function describe(types: readonly TensorType[]): string {
  return types.map((type) => `${type.dtype}[${type.shape.join(',')}]`).join(', ')
}

function requireUnique(what: string, names: readonly string[]): void {
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  if (repeated !== undefined) throw new ProgramError(`two ${what}s are named ${repeated}`)
}
