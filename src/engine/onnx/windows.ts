/**
 * `windows` (im2col) and `unwindows` (col2im) as gathers of whole rows of channels. A row is one position of one example;
 * behind the last row stands a row of zeros for the padding.
 */
import type { WindowAttributes } from '../../program/ops.js'
import { imageAxes, windowCount } from '../../program/ops.js'
import type { Shape } from '../../program/program.js'
import { at, sizeOf } from '../../program/program.js'
import type { GraphWriter } from './graph-writer.js'

/** `images` stands for the axes before height and width, `examples` for the one behind them. */
interface Grid extends WindowAttributes {
  readonly images: number
  readonly height: number
  readonly width: number
  readonly examples: number
}

/** One tap of one window of one example: the pixel's row it reads (undefined in the padding), and the row it is written to. */
interface Tap {
  readonly pixel: number | undefined
  readonly y: number
  readonly x: number
  /** The window's row, as images * rows * columns * examples. */
  readonly window: number
  /** 0 to size * size - 1 */
  readonly tap: number
}

/** The windows of x [..., h, w, n, c]. */
export function lowerWindows(graph: GraphWriter, x: string, shape: Shape, attrs: WindowAttributes): string {
  const { leading, height, width, examples, channels } = imageAxes(shape)
  const grid = { ...attrs, images: sizeOf(leading), height, width, examples }
  const zero = grid.images * height * width * examples
  const table = Int32Array.from(taps(grid), ({ pixel }) => pixel ?? zero)
  return gatherRows(graph, withZeroRow(graph, x, zero, channels), table)
}

/** The transpose: one gather for each of a pixel's overlapping taps, summed. `shape` is that of the result. */
export function lowerUnwindows(graph: GraphWriter, x: string, shape: Shape, attrs: WindowAttributes): string {
  const { leading, height, width, examples, channels } = imageAxes(shape)
  const grid = { ...attrs, images: sizeOf(leading), height, width, examples }
  const readers: number[][] = Array.from({ length: sizeOf(leading) * height * width * examples }, () => [])
  let rows = 0
  for (const { pixel } of taps(grid)) {
    if (pixel !== undefined) readers[pixel]?.push(rows)
    rows++
  }
  const overlaps = readers.reduce((most, list) => Math.max(most, list.length), 1)
  const padded = withZeroRow(graph, x, rows, channels)
  const parts = Array.from({ length: overlaps }, (_, overlap) => gatherRows(graph, padded, Int32Array.from(readers, (list) => list[overlap] ?? rows)))
  return parts.reduce((sum, part) => graph.op('Add', [sum, part]))
}

/**
 * `unwindows` of a matrix product gradient [N', out] x weight [taps * c, out]ᵀ: the input gradient of a convolution. The
 * pixels fall into stride * stride phases, and all pixels of a phase are read by the same taps. So each phase is one matrix
 * product of gathered gradient rows, without the large matrix of columns and without any sums. `shape` is the result's.
 */
export function lowerInputGradient(graph: GraphWriter, gradient: string, weight: string, shape: Shape, out: number, attrs: WindowAttributes): string {
  const { leading, height, width, examples, channels } = imageAxes(shape)
  const grid = { ...attrs, images: sizeOf(leading), height, width, examples }
  const phases = phasesOf(grid)
  const windows = grid.images * windowCount(height, attrs) * windowCount(width, attrs) * examples
  const rows = withZeroRow(graph, gradient, windows, out)
  const cube = graph.op('Reshape', [weight, graph.int64s([attrs.size ** 2, channels, out])])
  const perTap = graph.op('Transpose', [cube, ], { perm: [0, 2, 1] })
  const products = phases.map(({ taps, table }) => {
    const columns = graph.op('Reshape', [gatherRows(graph, rows, table), graph.int64s([-1, taps.length * out])])
    const matrix = graph.op('Reshape', [gatherRows(graph, perTap, Int32Array.from(taps)), graph.int64s([taps.length * out, channels])])
    return graph.op('MatMul', [columns, matrix])
  })
  const order = Int32Array.from(invert(phases.flatMap(({ pixels }) => pixels)))
  return gatherRows(graph, graph.op('Concat', products, { axis: 0 }), order)
}

interface Phase {
  readonly pixels: readonly number[]
  readonly taps: readonly number[]
  /** For each pixel, for each tap: the window's row, or the zero row. */
  readonly table: Int32Array
}

function phasesOf(grid: Grid): Phase[] {
  const { images, height, width, examples, stride } = grid
  const zero = images * windowCount(height, grid) * windowCount(width, grid) * examples
  const windowOf = new Map<number, Map<number, number>>()
  for (const { pixel, tap, window } of taps(grid)) {
    if (pixel === undefined) continue
    windowOf.set(pixel, (windowOf.get(pixel) ?? new Map<number, number>()).set(tap, window))
  }
  const byPhase = new Map<number, number[]>()
  for (let pixel = 0; pixel < images * height * width * examples; pixel++) {
    const position = Math.floor(pixel / examples)
    const phase = (Math.floor(position / width) % height % stride) * stride + ((position % width) % stride)
    byPhase.set(phase, [...(byPhase.get(phase) ?? []), pixel])
  }
  return [...byPhase.values()].map((pixels) => {
    const used = new Set(pixels.flatMap((pixel) => [...(windowOf.get(pixel)?.keys() ?? [])]))
    // A phase that no tap reads (a stride beyond the size) still needs one, which gathers zeros.
    const list = used.size > 0 ? [...used].sort((a, b) => a - b) : [0]
    return { pixels, taps: list, table: Int32Array.from(pixels.flatMap((pixel) => list.map((tap) => windowOf.get(pixel)?.get(tap) ?? zero))) }
  })
}

function* taps(grid: Grid): Generator<Tap> {
  const { images, height, width, examples, size, stride, padding } = grid
  const [rows, columns] = [windowCount(height, grid), windowCount(width, grid)]
  for (let image = 0; image < images; image++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        for (let example = 0; example < examples; example++)
          for (let tap = 0; tap < size * size; tap++) {
            const y = row * stride + Math.floor(tap / size) - padding
            const x = column * stride + (tap % size) - padding
            const inside = y >= 0 && y < height && x >= 0 && x < width
            const pixel = inside ? ((image * height + y) * width + x) * examples + example : undefined
            yield { pixel, y, x, tap, window: ((image * rows + row) * columns + column) * examples + example }
          }
}

function gatherRows(graph: GraphWriter, rows: string, table: Int32Array): string {
  return graph.op('Gather', [rows, graph.int32s(table)], { axis: 0 })
}

/** The tensor as rows of channels, one row of zeros behind them. */
function withZeroRow(graph: GraphWriter, x: string, rows: number, channels: number): string {
  const zero = graph.floats(new Float32Array(channels), [1, channels])
  return graph.op('Concat', [graph.op('Reshape', [x, graph.int64s([rows, channels])]), zero], { axis: 0 })
}

function invert(order: readonly number[]): number[] {
  const inverse = new Array<number>(order.length)
  order.forEach((from, to) => {
    inverse[from] = to
  })
  return inverse.map((_, index) => at(inverse, index))
}
