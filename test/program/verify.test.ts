/** Programs that no builder made: every unsound one is refused with a sentence that names the node. */
import { describe, expect, test } from 'vitest'
import { Builder } from '../../src/program/builder.js'
import type { Node, Program, Value } from '../../src/program/program.js'
import { at, ProgramError } from '../../src/program/program.js'
import { verify } from '../../src/program/verify.js'

/** x [2] -> exp -> neg = y */
function sound(): Program {
  const b = new Builder()
  return b.build({ y: b.neg(b.exp(b.param('x', [2]))) })
}

/** The sound program with node `id` changed. */
function withNode(id: number, change: (node: Node) => Partial<Node>): Program {
  const program = sound()
  return {
    ...program,
    nodes: program.nodes.map((node, index) => (index === id ? ({ ...node, ...change(node) } as Node) : node)),
  }
}

const scalar = { dtype: 'f32', shape: [] } as const
const source = (node: Node): Value => at(node.src, 0)

const faults: readonly { readonly name: string; readonly program: () => Program; readonly message: RegExp }[] = [
  {
    name: 'a source that comes later',
    program: () => withNode(1, (node) => ({ src: [{ ...source(node), node: 2 }] })),
    message: /node %1 \(unary\): its source %2 does not come before it/,
  },
  {
    name: 'a node that is its own source',
    program: () => withNode(1, (node) => ({ src: [{ ...source(node), node: 1 }] })),
    message: /node %1 \(unary\): its source %1 does not come before it/,
  },
  {
    name: 'a source output that does not exist',
    program: () => withNode(2, (node) => ({ src: [{ ...source(node), output: 1 }] })),
    message: /node %2 \(unary\): %1\.1 does not exist/,
  },
  {
    name: 'a source of a negative number',
    program: () => withNode(2, (node) => ({ src: [{ ...source(node), node: -1 }] })),
    message: /node %2 \(unary\): %-1\.0 does not exist/,
  },
  {
    name: 'a source used as another type',
    program: () => withNode(2, (node) => ({ src: [{ ...source(node), type: scalar }], out: [scalar] })),
    message: /node %2 \(unary\): %1\.0 is not of the type it is used as/,
  },
  {
    name: 'a declared type that is not what the node makes',
    program: () => withNode(1, () => ({ out: [scalar] })),
    message: /node %1 \(unary\): it is declared as f32\[\], but makes f32\[2\]/,
  },
  {
    name: 'an output too many',
    program: () => withNode(1, (node) => ({ out: [at(node.out, 0), scalar] })),
    message: /node %1 \(unary\): it is declared as f32\[2\], f32\[\], but makes f32\[2\]/,
  },
  {
    name: 'sources that do not fit the operation',
    program: () => withNode(1, () => ({ src: [] })),
    message: /node %1 \(unary\): unary takes 1 sources, not 0/,
  },
  {
    name: 'a program output that does not exist',
    program: () => ({ ...sound(), outputs: [{ name: 'y', value: { node: 7, output: 0, type: scalar } }] }),
    message: /output y: %7\.0 does not exist/,
  },
  {
    name: 'a program output of another type',
    program: () => ({ ...sound(), outputs: [{ name: 'y', value: { node: 1, output: 0, type: scalar } }] }),
    message: /output y: %1\.0 is not of the type/,
  },
  {
    name: 'two parameters of one name',
    program: () =>
      withNode(1, () => ({ op: 'param', attrs: { name: 'x', type: { dtype: 'f32', shape: [2] } }, src: [] })),
    message: /two parameters are named x/,
  },
  {
    name: 'two outputs of one name',
    program: () => ({ ...sound(), outputs: [...sound().outputs, ...sound().outputs] }),
    message: /two outputs are named y/,
  },
]

describe('verify', () => {
  test('a sound program is accepted', () => {
    expect(() => verify(sound())).not.toThrow()
    expect(() => verify(repeating(sound()))).not.toThrow()
  })

  test.each(faults)('$name is refused', ({ program, message }) => {
    expect(() => verify(program())).toThrow(ProgramError)
    expect(() => verify(program())).toThrow(message)
  })

  test.each(faults)("$name is refused inside a repeat's body, too", ({ program, message }) => {
    const outer = repeating(sound())
    const unsound = outer.nodes.map((node) =>
      node.op === 'repeat' ? { ...node, attrs: { ...node.attrs, body: program() } } : node,
    )
    // What changes the body's outputs is seen by the repeat itself.
    expect(() => verify({ ...outer, nodes: unsound })).toThrow(new RegExp(`${message.source}|node %\\d \\(repeat\\)`))
  })

  test('build verifies what it has made', () => {
    const [b, other] = [new Builder(), new Builder()]
    b.param('x', [2])
    const foreign = other.exp(other.exp(other.param('x', [3])))
    expect(() => b.build({ y: foreign })).toThrow(ProgramError)
  })
})

/** A program that runs `body`, from x [2] to y [2], up to three times. */
function repeating(body: Program): Program {
  const b = new Builder()
  const { carried } = b.repeat(body, 3, b.param('trips', [], 'i32'), {
    carried: [b.param('x', [2])],
    sliced: [],
    shared: [],
  })
  return b.build({ y: at(carried, 0) })
}
