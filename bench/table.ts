/** The parts of a table for a person to read. */
import type { Spread } from './inner/report.js'

/** Cells in columns of so many characters; of a negative width they stand on the left. */
export function line(widths: readonly number[], cells: readonly string[]): string {
  return cells
    .map((cell, index) => {
      const width = widths[index] ?? 0
      return width < 0 ? cell.padEnd(-width) : cell.padStart(width)
    })
    .join(' ')
    .trimEnd()
}

export function range({ median, min, max }: Spread, places: number): string {
  return `${median.toFixed(places)} (${min.toFixed(places)}..${max.toFixed(places)})`
}
