/** Reverse-mode differentiation: walks the nodes backwards and lets the gradient table emit the backward pass. */
import type { Builder } from './builder.js'
import { gradientRules } from './gradients.js'
import type { Op } from './ops.js'
import type { NodeOf, Value } from './program.js'
import { at, ProgramError, sizeOf } from './program.js'

/**
 * The gradients of a scalar `loss` with respect to `targets`, each of its target's shape, as nodes added to the builder.
 * Only what lies between a target and the loss is differentiated. Throws ProgramError where the loss does not depend on
 * a target or the way to it leads through a repeat.
 */
export function differentiate(b: Builder, loss: Value, targets: readonly Value[]): Value[] {
  if (sizeOf(loss.type.shape) !== 1) throw new ProgramError(`the loss must be one number, not [${loss.type.shape}]`)
  const reached = nodesBetween(b, loss, targets)
  const gradients = new Map<string, Value>([[key(loss), b.expand(b.scalar(1), loss.type.shape)]])
  for (let id = loss.node; id >= 0; id--) {
    if (!reached.has(id)) continue
    const node = b.nodeOf({ node: id, output: 0, type: loss.type })
    const out = node.out.map((type, output) => ({ node: id, output, type }))
    const dOut = out.map((value) => gradients.get(key(value)))
    if (dOut.every((gradient) => gradient === undefined)) continue
    // The table is exhaustive over Op, but TypeScript cannot follow the link between a node's op and its rule.
    const rule = gradientRules[node.op] as (context: unknown) => (Value | undefined)[]
    const dSources = rule({ b, node: node as NodeOf<Op>, out, dOut })
    node.src.forEach((source, index) => {
      const gradient = dSources[index]
      if (!gradient || !reached.has(source.node)) return
      const sofar = gradients.get(key(source))
      gradients.set(key(source), sofar ? b.add(sofar, gradient) : gradient)
    })
  }
  return targets.map((target) => {
    const gradient = gradients.get(key(target))
    if (!gradient) throw new ProgramError(`the loss does not depend on %${target.node}`)
    return gradient
  })
}

function key(value: Value): string {
  return `${value.node}.${value.output}`
}

/** The nodes that depend on a target and on which the loss depends. */
function nodesBetween(b: Builder, loss: Value, targets: readonly Value[]): Set<number> {
  const needed = new Set<number>([loss.node])
  const dependent = new Set<number>(targets.map((target) => target.node))
  const nodes = Array.from({ length: loss.node + 1 }, (_, id) => b.nodeOf({ node: id, output: 0, type: loss.type }))
  nodes.forEach((node, id) => {
    if (node.src.some((source) => dependent.has(source.node))) dependent.add(id)
  })
  for (let id = loss.node; id >= 0; id--) {
    if (needed.has(id)) for (const source of at(nodes, id).src) needed.add(source.node)
  }
  return new Set([...needed].filter((id) => dependent.has(id)))
}
