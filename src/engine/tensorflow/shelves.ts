/**
 * Rows that are fed again lie on shelves on the device, variables [rows, ...row]: what a program keeps (ops.ts, `kept`) is
 * fed as the numbers of its rows, and gathered there. Rows of one shape share a shelf, whichever programs of a model they feed.
 */
import type { Program, Shape } from '../../program/program.js'
import { paramsOf, sizeOf } from '../../program/program.js'
import type { Keeper, Placed } from '../workers/keeper.js'
import type { InputSpec, Shelf } from '../workers/protocol.js'

/** However small the rows are. */
const MOST_ROWS = 4096

/** Shelves for what the programs keep, of about `bytes` each, and of at least the rows that one run needs. `model`: its number. */
export function shelvesFor(programs: readonly Program[], model: number, bytes: number): Shelf[] {
  const shelves = new Map<string, Shelf>()
  for (const program of programs) {
    const needed = new Map<string, number>()
    for (const { type, kept } of paramsOf(program)) {
      if (!kept) continue
      const rowShape = type.shape.slice(1)
      const name = shelfName(model, rowShape)
      const rows = (needed.get(name) ?? 0) + (type.shape[0] ?? 1)
      needed.set(name, rows)
      const fitting = Math.floor(bytes / (Float32Array.BYTES_PER_ELEMENT * Math.max(1, sizeOf(rowShape))))
      const size = Math.max(rows, Math.min(MOST_ROWS, fitting), shelves.get(name)?.rows ?? 0)
      shelves.set(name, { name, rows: size, rowShape })
    }
  }
  return [...shelves.values()]
}

export function shelfName(model: number, rowShape: Shape): string {
  return `m${model}_${rowShape.join('x')}`
}

/** What lies where, as the engine sees it from outside. The row that has not been used for longest makes room. */
export class Shelves implements Keeper {
  private readonly places = new Map<string, Places>()

  constructor(private readonly rowsOf: (shelf: string) => number) {}

  keeps({ shelf }: InputSpec): boolean {
    return shelf !== undefined
  }

  place({ shelf = '' }: InputSpec, data: Float32Array, constant: boolean): Placed {
    const places = this.places.get(shelf) ?? new Places(this.rowsOf(shelf))
    this.places.set(shelf, places)
    return places.place(data, constant)
  }

  forget({ shelf = '' }: InputSpec, numbers: readonly number[]): void {
    this.places.get(shelf)?.forget(numbers)
  }

  /** What is put in another's place goes by itself. */
  takeGone(): number[] {
    return []
  }
}

interface Lying {
  readonly number: number
  /** How often the place had been given away when the row was put there. */
  readonly given: number
}

class Places {
  /** The one used last stands last. */
  private readonly order: Map<number, number>
  /** Weakly: what the process lets go is not kept in its memory for being on the device. */
  private readonly lying = new WeakMap<Float32Array, Lying>()

  constructor(rows: number) {
    this.order = new Map(Array.from({ length: rows }, (_, number) => [number, 0]))
  }

  place(data: Float32Array, constant: boolean): Placed {
    const known = constant ? this.lying.get(data) : undefined
    if (known && this.order.get(known.number) === known.given) {
      this.use(known)
      return { number: known.number, isNew: false }
    }
    const [[number, before] = [0, 0]] = this.order
    const given = before + 1
    this.use({ number, given })
    if (constant) this.lying.set(data, { number, given })
    return { number, isNew: true }
  }

  forget(numbers: readonly number[]): void {
    for (const number of numbers) this.order.set(number, (this.order.get(number) ?? 0) + 1)
  }

  private use({ number, given }: Lying): void {
    this.order.delete(number)
    this.order.set(number, given)
  }
}
