/** Patterns that the lowering recognises behind a node: where what stands there is better written in another way. */
import type { UnwindowAttributes } from '../../program/ops.js'
import { imageAxes } from '../../program/ops.js'
import { phaseSizes } from '../../program/positions.js'
import type { Node, NodeOf, Program, Value } from '../../program/program.js'
import { at, sizeOf } from '../../program/program.js'

/** The input gradient of a convolution of one client. */
export interface ConvolutionGradient {
  readonly attrs: UnwindowAttributes
  readonly shape: readonly number[]
  /** [N', out] */
  readonly gradient: Value
  /** [taps * c, out] */
  readonly weight: Value
}

/** `unwindows` of a matrix product gradient x weight' of one client, if that is what the node is. */
export function convolutionGradient(program: Program, node: Node): ConvolutionGradient | undefined {
  if (node.op !== 'unwindows') return undefined
  const product = behindReshapes(program, at(node.src, 0))
  if (product.op !== 'matmul' || product.attrs.transA || !product.attrs.transB) return undefined
  const windows = at(node.src, 0).type.shape
  const rows = at(product.out, 0).shape
  // Rows of the product must be the windows themselves, and one client's.
  const single = sizeOf(rows.slice(0, -2)) === 1 && sizeOf(imageAxes(windows).leading) === 1
  if (!single || at(rows, rows.length - 1) !== imageAxes(windows).channels) return undefined
  const [gradient, weight] = product.src as [Value, Value]
  return { attrs: node.attrs, shape: at(node.out, 0).shape, gradient, weight }
}

/** The convolution's input gradient that a split cuts into its phases: then nobody needs it in one piece. */
export function splitByPhase(program: Program, node: NodeOf<'split'>): ConvolutionGradient | undefined {
  const found = convolutionGradient(program, behindReshapes(program, at(node.src, 0)))
  if (!found || found.attrs.inputPhases !== found.attrs.stride) return undefined
  const { height, width, examples, channels } = imageAxes(found.shape)
  const sizes = phaseSizes(height, width, found.attrs.stride).map((size) => size * examples)
  const source = at(node.src, 0).type.shape
  const alongRows = node.attrs.axis === source.length - 2 && at(source, source.length - 1) === channels
  return alongRows && sizes.join() === node.attrs.sizes.join() ? found : undefined
}

/** The parts of rows of channels that were concatenated row behind row, or the value itself. */
export function rowParts(program: Program, value: Value): readonly Value[] {
  const node = behindReshapes(program, value)
  if (node.op !== 'concat') return [value]
  const shape = at(node.out, 0).shape
  const channels = at(value.type.shape, value.type.shape.length - 1)
  const alongRows = node.attrs.axis === shape.length - 2 && at(shape, shape.length - 1) === channels
  return alongRows && sizeOf(shape.slice(0, -2)) === 1 ? node.src : [value]
}

function behindReshapes(program: Program, value: Value): Node {
  const node = at(program.nodes, value.node)
  return node.op === 'reshape' ? behindReshapes(program, at(node.src, 0)) : node
}
