/** A program as text for a person: one line a node, the bodies of loops indented. */
import type { Node, Program, TensorType } from './program.js'

export function print(program: Program, indent = ''): string {
  const lines = program.nodes.flatMap((node, id) => [
    `${indent}%${id} = ${node.op}${sources(node)}${attributes(node)} : ${node.out.map(typeText).join(', ')}`,
    ...(node.op === 'repeat' ? [print(node.attrs.body, `${indent}    `)] : []),
  ])
  const outputs = program.outputs.map(({ name, value }) => `${name}=%${value.node}${suffix(value.output)}`)
  return [...lines, `${indent}return ${outputs.join(', ')}`].join('\n')
}

function sources(node: Node): string {
  return `(${node.src.map((value) => `%${value.node}${suffix(value.output)}`).join(', ')})`
}

function suffix(output: number): string {
  return output === 0 ? '' : `.${output}`
}

function attributes(node: Node): string {
  if (node.op === 'const')
    return node.attrs.data.length === 1 ? ` ${node.attrs.data[0]}` : ` <${node.attrs.data.length} numbers>`
  const shown = Object.entries(node.attrs).filter(([name]) => name !== 'body' && name !== 'type')
  return shown.map(([name, value]) => ` ${name}=${JSON.stringify(value)}`).join('')
}

function typeText({ dtype, shape }: TensorType): string {
  return `${dtype}[${shape.join(',')}]`
}
