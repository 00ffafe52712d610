/**
 * The order of an image's positions along their axis. With `phases` p, the positions are sorted by (row mod p, column mod p)
 * and only then row by row: the pixels that a stride of p reads alike lie together. With 1 phase they lie row by row.
 */

export interface Position {
  readonly row: number
  readonly column: number
}

export function positionsInOrder(height: number, width: number, phases: number): Position[] {
  return phasesInOrder(height, width, phases).flat()
}

/** How many positions each phase has; phases without any are left out. */
export function phaseSizes(height: number, width: number, phases: number): number[] {
  return phasesInOrder(height, width, phases).map((positions) => positions.length)
}

/** For each position, at row * width + column, its place in the order. */
export function placesOf(height: number, width: number, phases: number): Int32Array {
  const places = new Int32Array(height * width)
  positionsInOrder(height, width, phases).forEach(({ row, column }, place) => {
    places[row * width + column] = place
  })
  return places
}

/** The positions of each phase, phases without any left out. */
function phasesInOrder(height: number, width: number, phases: number): Position[][] {
  const result: Position[][] = []
  for (let top = 0; top < Math.min(phases, height); top++)
    for (let left = 0; left < Math.min(phases, width); left++) {
      const positions: Position[] = []
      for (let row = top; row < height; row += phases)
        for (let column = left; column < width; column += phases) positions.push({ row, column })
      result.push(positions)
    }
  return result
}
