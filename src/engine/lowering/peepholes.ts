/** Patterns that a lowering recognises behind a node: where what stands there is better written in another way. */
import type { UnwindowAttributes } from '../../program/ops.js'
import { imageAxes } from '../../program/ops.js'
import { phaseSizes } from '../../program/positions.js'
import type { Node, NodeOf, Program, Value } from '../../program/program.js'
import { at, sameShape, sizeOf } from '../../program/program.js'

/** The input gradient of a convolution, of one client or several. */
export interface ConvolutionGradient {
  readonly attrs: UnwindowAttributes
  /** [B, h, w, n, c] */
  readonly shape: readonly number[]
  /** [B, N', out] */
  readonly gradient: Value
  /** [B, taps * c, out] */
  readonly weight: Value
  /** B */
  readonly clients: number
}

/** `unwindows` of a matrix product gradient x weight', if that is what the node is. */
export function convolutionGradient(program: Program, node: Node): ConvolutionGradient | undefined {
  if (node.op !== 'unwindows') return undefined
  const product = behindReshapes(program, at(node.src, 0))
  if (product.op !== 'matmul' || product.attrs.transA || !product.attrs.transB) return undefined
  const windows = imageAxes(at(node.src, 0).type.shape)
  const rows = at(product.out, 0).shape
  // Rows of the product must be the windows themselves, client by client.
  const clients = sizeOf(windows.leading)
  if (sizeOf(rows.slice(0, -2)) !== clients || at(rows, rows.length - 1) !== windows.channels) return undefined
  const [gradient, weight] = product.src as [Value, Value]
  return { attrs: node.attrs, shape: at(node.out, 0).shape, gradient, weight, clients }
}

/** The convolution's input gradient that a split cuts into its phases: then nobody needs it in one piece. */
export function splitByPhase(program: Program, node: NodeOf<'split'>): ConvolutionGradient | undefined {
  const found = convolutionGradient(program, behindReshapes(program, at(node.src, 0)))
  if (!found || found.attrs.inputPhases !== found.attrs.stride) return undefined
  const { height, width, examples, channels } = imageAxes(found.shape)
  const sizes = phaseSizes(height, width, found.attrs.stride).map((size) => size * examples)
  const source = at(node.src, 0).type.shape
  const alongRows = isAlongRows(source, node.attrs.axis, found.clients, channels)
  return alongRows && sizes.join() === node.attrs.sizes.join() ? found : undefined
}

/** The parts of rows of channels that were concatenated row behind row, or the value itself. Images are [B, h, w, n, c]. */
export function rowParts(program: Program, value: Value): readonly Value[] {
  const node = behindReshapes(program, value)
  if (node.op !== 'concat') return [value]
  const { leading, channels } = imageAxes(value.type.shape)
  return isAlongRows(at(node.out, 0).shape, node.attrs.axis, sizeOf(leading), channels) ? node.src : [value]
}

/** Whether an axis of [..., rows, channels] is the rows', each client's own. */
function isAlongRows(shape: readonly number[], axis: number, clients: number, channels: number): boolean {
  return sameShape(
    [axis, sizeOf(shape.slice(0, -2)), at(shape, shape.length - 1)],
    [shape.length - 2, clients, channels],
  )
}

function behindReshapes(program: Program, value: Value): Node {
  const node = at(program.nodes, value.node)
  return node.op === 'reshape' ? behindReshapes(program, at(node.src, 0)) : node
}
