/** `windows` and `unwindows` as gathers of whole rows of channels (lowering/window-tables.ts), each client's own by axis 1. */
import type { UnwindowAttributes, WindowAttributes } from '../../program/ops.js'
import { imageAxes } from '../../program/ops.js'
import type { Shape } from '../../program/program.js'
import { sizeOf } from '../../program/program.js'
import { phaseOrder, phaseTables, unwindowTables, windowTable } from '../lowering/window-tables.js'
import type { FunctionWriter, Ref } from './function-writer.js'
import { concat, elementwise, gather, matmul, reshape, transpose } from './operations.js'

/** The windows of images [..., h, w, n, c], given as the parts that make up their rows, as rows of channels [B, rows, c]. */
export function lowerWindows(f: FunctionWriter, parts: readonly Ref[], shape: Shape, attrs: WindowAttributes): Ref {
  const { leading, channels } = imageAxes(shape)
  return gatherRows(f, withZeroRow(f, parts, sizeOf(leading), channels), windowTable(shape.slice(-4), attrs))
}

/** The transpose: one gather for each of a pixel's overlapping taps, summed. `shape` is that of the result. */
export function lowerUnwindows(f: FunctionWriter, x: Ref, shape: Shape, attrs: UnwindowAttributes): Ref {
  const { leading, channels } = imageAxes(shape)
  const rows = withZeroRow(f, [x], sizeOf(leading), channels)
  const parts = unwindowTables(shape.slice(-4), attrs).map((table) => gatherRows(f, rows, table))
  return parts.reduce((sum, part) => elementwise(f, 'AddV2', [sum, part], sum.shape))
}

/**
 * The input gradient of a convolution of B clients, `unwindows` of the product gradient [B, N', out] x weight [B, taps * c, out]':
 * one product [B, pixels of the phase, c] a phase of the stride, of gathered gradient rows (onnx/windows.ts has the reasons).
 */
export function lowerInputGradient(
  f: FunctionWriter,
  gradient: Ref,
  weight: Ref,
  shape: Shape,
  attrs: UnwindowAttributes,
): Ref[] {
  const { leading, channels } = imageAxes(shape)
  const clients = sizeOf(leading)
  const out = weight.shape.at(-1) ?? 1
  const rows = withZeroRow(f, [gradient], clients, out)
  const kernel = reshape(f, weight, [clients, attrs.size ** 2, channels, out])
  return phaseTables(shape.slice(-4), attrs).map(({ pixels, taps, table }) => {
    const columns = reshape(f, gatherRows(f, rows, table), [clients, pixels, taps.length * out])
    const channelMajor = transpose(f, gatherRows(f, kernel, Int32Array.from(taps)), [0, 2, 1, 3])
    const matrix = reshape(f, channelMajor, [clients, channels, taps.length * out])
    return matmul(f, columns, matrix, false, true)
  })
}

/** The rows of all phases, one phase behind the other, in the order of the gradient's own positions. */
export function joinPhases(f: FunctionWriter, products: readonly Ref[], shape: Shape, attrs: UnwindowAttributes): Ref {
  const joined = concat(f, products, 1)
  const order = phaseOrder(shape.slice(-4), attrs)
  return order ? gatherRows(f, joined, order) : joined
}

function gatherRows(f: FunctionWriter, rows: Ref, table: Int32Array): Ref {
  return gather(f, rows, f.int32s(table), 1)
}

/** The parts as rows of channels, one behind the other, and a row of zeros behind each client's. */
function withZeroRow(f: FunctionWriter, parts: readonly Ref[], clients: number, channels: number): Ref {
  const rows = parts.map((part) => reshape(f, part, [clients, sizeOf(part.shape) / (clients * channels), channels]))
  return concat(f, [...rows, f.floats(new Float32Array(clients * channels), [clients, 1, channels])], 1)
}
