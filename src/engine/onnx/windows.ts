/** `windows` and `unwindows` as gathers of whole rows of channels (lowering/window-tables.ts). */
import type { UnwindowAttributes, WindowAttributes } from '../../program/ops.js'
import { imageAxes } from '../../program/ops.js'
import type { Shape } from '../../program/program.js'
import { at } from '../../program/program.js'
import { phaseOrder, phaseTables, unwindowTables, windowTable } from '../lowering/window-tables.js'
import type { GraphWriter } from './graph-writer.js'

/** The windows of x [..., h, w, n, c], given as the parts that make up its rows. */
export function lowerWindows(
  graph: GraphWriter,
  parts: readonly string[],
  shape: Shape,
  attrs: WindowAttributes,
): string {
  return gatherRows(graph, withZeroRow(graph, parts, imageAxes(shape).channels), windowTable(shape, attrs))
}

/** The transpose: one gather for each of a pixel's overlapping taps, summed. `shape` is that of the result. */
export function lowerUnwindows(graph: GraphWriter, x: string, shape: Shape, attrs: UnwindowAttributes): string {
  const rows = withZeroRow(graph, [x], imageAxes(shape).channels)
  const parts = unwindowTables(shape, attrs).map((table) => gatherRows(graph, rows, table))
  return parts.reduce((sum, part) => graph.op('Add', [sum, part]))
}

/**
 * The input gradient of a convolution: `unwindows` of the product gradient [N', out] x weight [taps * c, out]'. All pixels of
 * a phase (positions.ts) are read by the same taps, so each phase is one matrix product of gathered gradient rows, without the
 * large matrix of columns and without any sums. Gives one product [pixels of the phase, c] a phase, in the order of phases
 * of the stride. `shape` [..., h, w, n, c] is that of the gradient; there is one image (of many examples).
 */
export function lowerInputGradient(
  graph: GraphWriter,
  gradient: string,
  weight: string,
  shape: Shape,
  out: number,
  attrs: UnwindowAttributes,
): string[] {
  const { channels } = imageAxes(shape)
  const rows = withZeroRow(graph, [gradient], out)
  const kernel = graph.reshape(weight, [attrs.size ** 2, channels, out])
  return phaseTables(shape, attrs).map(({ pixels, taps, table }) => {
    const columns = graph.reshape(gatherRows(graph, rows, table), [pixels, taps.length * out])
    const ofTaps = gatherRows(graph, kernel, Int32Array.from(taps))
    const channelMajor = taps.length === 1 ? ofTaps : graph.op('Transpose', [ofTaps], { perm: [1, 0, 2] })
    const matrix = graph.reshape(channelMajor, [channels, taps.length * out])
    return graph.op('FusedMatMul', [columns, matrix], { transA: 0, transB: 1 })
  })
}

/** The rows of all phases, one phase behind the other, in the order of the gradient's own positions. */
export function joinPhases(
  graph: GraphWriter,
  products: readonly string[],
  shape: Shape,
  attrs: UnwindowAttributes,
): string {
  const joined = products.length === 1 ? at(products, 0) : graph.op('Concat', products, { axis: 0 })
  const order = phaseOrder(shape, attrs)
  return order ? gatherRows(graph, joined, order) : joined
}

function gatherRows(graph: GraphWriter, rows: string, table: Int32Array): string {
  return graph.op('Gather', [rows, graph.int32s(table)], { axis: 0 })
}

/** The parts as rows of channels, one behind the other, and a row of zeros behind them. */
function withZeroRow(graph: GraphWriter, parts: readonly string[], channels: number): string {
  const zero = graph.floats(new Float32Array(channels), [1, channels])
  const rows = parts.map((part) => graph.reshape(part, [-1, channels]))
  return graph.op('Concat', [...rows, zero], { axis: 0 })
}
