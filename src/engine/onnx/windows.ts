/**
 * `windows` (im2col) and `unwindows` (col2im) as gathers of whole rows of channels. A row is one position of one example;
 * behind the last row stands a row of zeros for the padding.
 */
import type { UnwindowAttributes, WindowAttributes } from '../../program/ops.js'
import { imageAxes, windowCount } from '../../program/ops.js'
import { phaseSizes, placesOf, positionsInOrder } from '../../program/positions.js'
import type { Shape } from '../../program/program.js'
import { at, sizeOf } from '../../program/program.js'
import type { GraphWriter } from './graph-writer.js'

/** Which pixel's row a tap of a window reads (undefined: padding). Rows are counted over images, positions and examples. */
interface Tap {
  readonly pixel: number | undefined
  readonly window: number
  readonly tap: number
}

/** `images` stands for the axes before height and width. */
interface Grid extends WindowAttributes {
  readonly images: number
  readonly height: number
  readonly width: number
  readonly examples: number
}

/** The windows of x [..., h, w, n, c], given as the parts that make up its rows. */
export function lowerWindows(
  graph: GraphWriter,
  parts: readonly string[],
  shape: Shape,
  attrs: WindowAttributes,
): string {
  const grid = gridOf(shape, attrs)
  const { pixels, windows } = rowCounts(grid)
  const taps = attrs.size ** 2
  const table = new Int32Array(windows * taps).fill(pixels)
  const perImage = windows / grid.images
  for (const { pixel, window, tap } of tapsOf(grid)) {
    const image = Math.floor(window / perImage)
    const place = attrs.tapsFirst ? (image * taps + tap) * perImage + (window % perImage) : window * taps + tap
    if (pixel !== undefined) table[place] = pixel
  }
  return gatherRows(graph, withZeroRow(graph, parts, imageAxes(shape).channels), table)
}

/** The transpose: one gather for each of a pixel's overlapping taps, summed. `shape` is that of the result. */
export function lowerUnwindows(graph: GraphWriter, x: string, shape: Shape, attrs: UnwindowAttributes): string {
  const grid = gridOf(shape, attrs)
  const { pixels, windows } = rowCounts(grid)
  const taps = attrs.size ** 2
  const readers: number[][] = Array.from({ length: pixels }, () => [])
  for (const { pixel, window, tap } of tapsOf(grid))
    if (pixel !== undefined) at(readers, pixel).push(window * taps + tap)
  const overlaps = readers.reduce((most, list) => Math.max(most, list.length), 1)
  const rows = withZeroRow(graph, [x], imageAxes(shape).channels)
  const zero = windows * taps
  const parts = Array.from({ length: overlaps }, (_, overlap) =>
    gatherRows(
      graph,
      rows,
      Int32Array.from(readers, (list) => list[overlap] ?? zero),
    ),
  )
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
  const { height, width, examples, channels } = imageAxes(shape)
  const grid = gridOf(shape, { ...attrs, inputPhases: attrs.stride })
  const rows = withZeroRow(graph, [gradient], out)
  const kernel = graph.reshape(weight, [attrs.size ** 2, channels, out])
  const windowsOf = readersOf(grid)
  let start = 0
  return phaseSizes(height, width, attrs.stride).map((size) => {
    const readers = windowsOf.slice(start, start + size * examples)
    start += size * examples
    const { taps, table } = phaseTable(readers, rowCounts(grid).windows)
    const columns = graph.reshape(gatherRows(graph, rows, table), [readers.length, taps.length * out])
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
  { stride, inputPhases }: UnwindowAttributes,
): string {
  const joined = products.length === 1 ? at(products, 0) : graph.op('Concat', products, { axis: 0 })
  if (inputPhases === stride) return joined
  const { height, width, examples } = imageAxes(shape)
  const places = placesOf(height, width, stride)
  const order = positionsInOrder(height, width, inputPhases).map(({ row, column }) => at(places, row * width + column))
  return gatherRows(
    graph,
    joined,
    Int32Array.from(
      order.flatMap((place) => Array.from({ length: examples }, (_, example) => place * examples + example)),
    ),
  )
}

function gridOf(shape: Shape, attrs: WindowAttributes): Grid {
  const { leading, height, width, examples } = imageAxes(shape)
  return { ...attrs, images: sizeOf(leading), height, width, examples }
}

function rowCounts(grid: Grid): { pixels: number; windows: number } {
  const { images, height, width, examples } = grid
  return {
    pixels: images * height * width * examples,
    windows: images * windowCount(height, grid) * windowCount(width, grid) * examples,
  }
}

/** For each pixel's row, the window's row that reads it with each tap. */
function readersOf(grid: Grid): ReadonlyMap<number, number>[] {
  const readers = Array.from({ length: rowCounts(grid).pixels }, () => new Map<number, number>())
  for (const { pixel, window, tap } of tapsOf(grid)) if (pixel !== undefined) at(readers, pixel).set(tap, window)
  return readers
}

/** The taps that read a phase, and for each of its pixels and each tap the window's row, or the zero row. */
function phaseTable(
  readers: readonly ReadonlyMap<number, number>[],
  zero: number,
): { taps: number[]; table: Int32Array } {
  const used = new Set(readers.flatMap((windows) => [...windows.keys()]))
  // A phase that no tap reads (a stride beyond the size) still needs one, which gathers zeros.
  const taps = used.size > 0 ? [...used].sort((a, b) => a - b) : [0]
  return { taps, table: Int32Array.from(readers.flatMap((windows) => taps.map((tap) => windows.get(tap) ?? zero))) }
}

function* tapsOf(grid: Grid): Generator<Tap> {
  const { images, height, width, examples, size, stride, padding } = grid
  const windows = positionsInOrder(windowCount(height, grid), windowCount(width, grid), grid.outputPhases)
  const places = placesOf(height, width, grid.inputPhases)
  for (let image = 0; image < images; image++)
    for (const [place, { row, column }] of windows.entries())
      for (let tap = 0; tap < size * size; tap++) {
        const y = row * stride + Math.floor(tap / size) - padding
        const x = column * stride + (tap % size) - padding
        const inside = y >= 0 && y < height && x >= 0 && x < width
        const pixel = inside ? (image * height * width + at(places, y * width + x)) * examples : undefined
        const window = (image * windows.length + place) * examples
        for (let example = 0; example < examples; example++) {
          yield { pixel: pixel === undefined ? undefined : pixel + example, window: window + example, tap }
        }
      }
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
