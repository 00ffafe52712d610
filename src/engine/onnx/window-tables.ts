/**
 * Index tables that turn `windows` (im2col) and `unwindows` (col2im) into gathers of whole rows of channels. Images are
 * numbered one after the other, their positions row by row; the row behind the last one is zero and stands for the padding.
 */
import type { WindowAttributes } from '../../program/ops.js'
import { windowCount } from '../../program/ops.js'

export interface Grid extends WindowAttributes {
  readonly images: number
  readonly height: number
  readonly width: number
}

/** For each image, window and tap: the row of the image it reads; the zero row is images * height * width. */
export function windowTable(grid: Grid): Int32Array {
  const { images, height, width } = grid
  const zero = images * height * width
  return Int32Array.from(taps(grid), ({ image, row, column }) => {
    const inside = row >= 0 && row < height && column >= 0 && column < width
    return inside ? (image * height + row) * width + column : zero
  })
}

/**
 * For each image and position: the taps that read it, as rows of the table above. One table for each overlap, as many as
 * the most frequent position needs; the others end in the zero row, images * windows * size * size.
 */
export function unwindowTables(grid: Grid): Int32Array[] {
  const forward = windowTable(grid)
  const positions = grid.images * grid.height * grid.width
  const readers: number[][] = Array.from({ length: positions }, () => [])
  forward.forEach((position, tap) => {
    readers[position]?.push(tap)
  })
  const overlaps = readers.reduce((most, list) => Math.max(most, list.length), 1)
  return Array.from({ length: overlaps }, (_, overlap) => Int32Array.from(readers, (list) => list[overlap] ?? forward.length))
}

function* taps(grid: Grid): Generator<{ image: number; row: number; column: number }> {
  const { images, size, stride, padding } = grid
  const [rows, columns] = [windowCount(grid.height, grid), windowCount(grid.width, grid)]
  for (let image = 0; image < images; image++)
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++)
        for (let i = 0; i < size; i++)
          for (let j = 0; j < size; j++) yield { image, row: y * stride + i - padding, column: x * stride + j - padding }
}
