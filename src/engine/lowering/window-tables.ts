/**
 * `windows` (im2col) and `unwindows` (col2im) are gathers of whole rows of channels: these are the tables of rows. A row is one
 * position of one example; behind the last row stands a row of zeros for the padding.
 */
import type { UnwindowAttributes, WindowAttributes } from '../../program/ops.js'
import { imageAxes, windowCount } from '../../program/ops.js'
import { phaseSizes, placesOf, positionsInOrder } from '../../program/positions.js'
import type { Shape } from '../../program/program.js'
import { at, sizeOf } from '../../program/program.js'

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

/** The pixels of one phase (positions.ts): all of them are read by the same taps. */
export interface PhaseTable {
  readonly pixels: number
  readonly taps: readonly number[]
  /** [pixels, taps]: the window's row that reads the pixel with the tap. */
  readonly table: Int32Array
}

/** For the windows of x [..., h, w, n, c], in their order: the pixel's row that each of their taps reads. */
export function windowTable(shape: Shape, attrs: WindowAttributes): Int32Array {
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
  return table
}

/** For each overlap, and each pixel of `shape` [..., h, w, n, c]: the row of a window's tap that is added to it. */
export function unwindowTables(shape: Shape, attrs: UnwindowAttributes): Int32Array[] {
  const grid = gridOf(shape, attrs)
  const { pixels, windows } = rowCounts(grid)
  const taps = attrs.size ** 2
  const readers: number[][] = Array.from({ length: pixels }, () => [])
  for (const { pixel, window, tap } of tapsOf(grid))
    if (pixel !== undefined) at(readers, pixel).push(window * taps + tap)
  const overlaps = readers.reduce((most, list) => Math.max(most, list.length), 1)
  const zero = windows * taps
  return Array.from({ length: overlaps }, (_, overlap) => Int32Array.from(readers, (list) => list[overlap] ?? zero))
}

/** For the input gradient of a convolution, `shape` [h, w, n, c]: one table a phase, in the order of phases of the stride. */
export function phaseTables(shape: Shape, attrs: UnwindowAttributes): PhaseTable[] {
  const { height, width, examples } = imageAxes(shape)
  const grid = gridOf(shape, { ...attrs, inputPhases: attrs.stride })
  const windowsOf = readersOf(grid)
  const zero = rowCounts(grid).windows
  let start = 0
  return phaseSizes(height, width, attrs.stride).map((size) => {
    const readers = windowsOf.slice(start, start + size * examples)
    start += size * examples
    const used = new Set(readers.flatMap((windows) => [...windows.keys()]))
    // A phase that no tap reads (a stride beyond the size) still needs one, which gathers zeros.
    const taps = used.size > 0 ? [...used].sort((a, b) => a - b) : [0]
    const table = Int32Array.from(readers.flatMap((windows) => taps.map((tap) => windows.get(tap) ?? zero)))
    return { pixels: readers.length, taps, table }
  })
}

/** From the rows of all phases, one phase behind the other, to the order of `shape`'s own positions; undefined: they are in it. */
export function phaseOrder(shape: Shape, { stride, inputPhases }: UnwindowAttributes): Int32Array | undefined {
  if (inputPhases === stride) return undefined
  const { height, width, examples } = imageAxes(shape)
  const places = placesOf(height, width, stride)
  const order = positionsInOrder(height, width, inputPhases).map(({ row, column }) => at(places, row * width + column))
  return Int32Array.from(
    order.flatMap((place) => Array.from({ length: examples }, (_, example) => place * examples + example)),
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
