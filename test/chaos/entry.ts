/**
 * One line of the ledger: all that can be under one id, as far as its clients know. An operation that was not answered may
 * have happened or may still happen, so there are several possible worlds; an answer rules out those it does not fit. No
 * world left means that the server has broken a promise.
 */
import { type Kept, mayBeAlive, mayBeGone, type Operation, outcomes, renewed, type Value } from './value.js'
import type { Times } from './wall-clock.js'

interface World {
  readonly value: Value
  /** May happen any time. */
  readonly open: readonly Operation[]
  /** The version that each operation under way has made here; 0 for a deletion. */
  readonly made: ReadonlyMap<Operation, number>
}

/** What the ledger must know of its surroundings. */
export interface Surroundings {
  readonly times: Times
  /** Names the initializations that are served now. */
  readonly origin: string
}

/** What can be seen under an id from the beginning of a request to its answer. */
export interface Reading {
  readonly values: Map<string, Value>
  readonly jumps: number
  readonly revision: number
}

export class Entry {
  private worlds: readonly World[] = [{ value: undefined, open: [], made: new Map() }]
  private readonly readings = new Set<Reading>()
  private revision = 0
  /** A promise was broken, and it was told: nothing is known any more. */
  reported = false

  constructor(
    readonly id: string,
    private readonly around: Surroundings,
  ) {}

  /** What is there, where there is only one possibility. */
  get certain(): Kept | undefined {
    return this.worlds.length === 1 ? this.worlds[0]?.value : undefined
  }

  get description(): string {
    return [...new Set(this.reachable().map(({ value }) => textOf(value)))].join(' or ')
  }

  get mayExist(): boolean {
    return this.worlds.some(({ value }) => value)
  }

  start(operation: Operation): void {
    this.change(this.worlds.map((world) => ({ ...world, open: [...world.open, operation] })))
  }

  /** `version`: 0 for a deletion; `expiresAt` in milliseconds since 1970. Returns whether that can be. */
  acknowledge(operation: Operation, version: number, expiresAt?: number): boolean {
    const expires = expiresAt === undefined ? undefined : { from: expiresAt, to: expiresAt }
    const fitting = this.reachable().filter(({ made }) => made.get(operation) === version)
    return this.change(
      fitting.map(({ value, open, made }) => ({
        value: value?.history.at(-1) === operation.number ? { ...value, expires } : value,
        open,
        made: without(made, operation),
      })),
    )
  }

  /** It has not happened and will not. */
  refuse(operation: Operation): boolean {
    const fitting = this.worlds.filter(({ made }) => !made.has(operation))
    return this.change(fitting.map((world) => ({ ...world, open: world.open.filter((one) => one !== operation) })))
  }

  /** Nothing is under way any more: what has not happened never will. */
  settle(): void {
    this.change(this.reachable().map(({ value }) => ({ value, open: [], made: new Map() })))
  }

  /** Of what is there for certain. */
  damage(kind: 'info' | 'learned' | 'examples'): void {
    const value = this.certain
    if (!value) throw new Error(`What is under ${this.id} is not known.`)
    this.change([{ value: { ...value, damage: new Set([...value.damage, kind]) }, open: [], made: new Map() }])
  }

  beginReading(): Reading {
    const reading = { values: new Map<string, Value>(), jumps: this.around.times.jumps, revision: this.revision }
    this.readings.add(reading)
    this.collect(reading)
    return reading
  }

  /** All that may have been there in the meantime. */
  endReading(reading: Reading): Value[] {
    this.readings.delete(reading)
    return [...reading.values.values()]
  }

  /** Whether there can have been nothing to see. */
  mayHaveBeenGone(values: readonly Value[]): boolean {
    return values.some((value) => mayBeGone(value, this.around.times))
  }

  mayHaveBeenAlive(value: Kept, { jumps }: Reading): boolean {
    const { times } = this.around
    return mayBeAlive(value, times, times.jumps !== jumps)
  }

  /** What was seen rules out worlds, unless something has happened since. `fits` holds for what was seen. */
  narrow({ revision }: Reading, fits: (value: Value) => boolean): void {
    if (revision !== this.revision) return
    const fitting = this.reachable().filter(({ value }) => fits(value))
    if (fitting.length > 0) this.worlds = unique(fitting)
  }

  private change(worlds: readonly World[]): boolean {
    this.revision++
    this.worlds = unique(worlds)
    for (const reading of this.readings) this.collect(reading)
    return worlds.length > 0
  }

  private collect({ values }: Reading): void {
    for (const { value } of this.reachable()) values.set(textOf(value), value)
  }

  /** The worlds, and all that they can become by themselves. */
  private reachable(): World[] {
    const found = new Map<string, World>()
    const queue = [...this.worlds]
    for (let world = queue.pop(); world; world = queue.pop()) {
      const text = worldText(world)
      if (found.has(text)) continue
      found.set(text, world)
      queue.push(...this.next(world))
    }
    return [...found.values()]
  }

  private next({ value, open, made }: World): World[] {
    const worlds: World[] = []
    for (const operation of open) {
      const rest = open.filter((one) => one !== operation)
      for (const after of outcomes(value, operation, this.around.origin, this.around.times)) {
        worlds.push({ value: after, open: rest, made: new Map([...made, [operation, after?.version ?? 0]]) })
      }
    }
    const anew = value && renewed(value, this.around.origin)
    if (anew) worlds.push({ value: anew, open, made })
    return worlds
  }
}

function without(made: ReadonlyMap<Operation, number>, operation: Operation): Map<Operation, number> {
  return new Map([...made].filter(([one]) => one !== operation))
}

function unique(worlds: readonly World[]): World[] {
  return [...new Map(worlds.map((world) => [worldText(world), world])).values()]
}

function worldText({ value, open, made }: World): string {
  const underWay = open.map(({ number }) => number).sort((a, b) => a - b)
  return `${textOf(value)} ${underWay} ${[...made].map(([{ number }, version]) => `${number}:${version}`).sort()}`
}

function textOf(value: Value): string {
  if (!value) return 'nothing'
  const { version, origin, history, expires, damage } = value
  return [version, origin, history.join('+'), expires?.from, expires?.to, [...damage].sort().join('+')].join()
}
