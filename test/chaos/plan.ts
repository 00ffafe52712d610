/** Which faults come in which order. */
import { Dice } from './dice.js'
import { type FaultKind, faults } from './faults.js'

const kinds = Object.keys(faults).filter((name): name is FaultKind => name in faults)

/** So many, each kind by its share, at least one of each where there is room; shuffled. */
export function planFaults(count: number, seed: number): FaultKind[] {
  const dice = new Dice(seed)
  const each = count >= kinds.length ? kinds : []
  const shares = kinds.flatMap((kind) => Array<FaultKind>(faults[kind].share).fill(kind))
  const plan = [...each, ...Array.from({ length: count - each.length }, () => dice.pick(shares))]
  return plan
    .map((kind) => ({ kind, place: dice.between(0, 1) }))
    .sort((a, b) => a.place - b.place)
    .map(({ kind }) => kind)
}

/** Nothing but one kind, for who looks into it; undefined where there is no such kind. */
export function planOnly(name: string, count: number): FaultKind[] | undefined {
  const kind = kinds.find((one) => one === name)
  return kind && Array<FaultKind>(count).fill(kind)
}
