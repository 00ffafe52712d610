/**
 * Gives turns at an engine, as language-model servers do with tokens (iteration-level scheduling): long work runs in slices,
 * and whoever comes in between joins at the next border. It runs when idle and has no timers.
 */
import type { Clock } from './clock.js'
import { Lines } from './lines.js'
import { nobody, type Observer, type WorkKind } from './observer.js'

export interface Work {
  readonly tenant: string
  /** Predictions go first: they are short, and somebody waits for each. */
  readonly kind: WorkKind
  /** One slice: what is left afterwards, and how many inputs it was about. Never rejects: the outcome goes to whoever waits. */
  turn(): Promise<Turn>
}

export interface Turn {
  readonly done: boolean
  readonly size: number
}

/** Milliseconds that work keeps its place at the front of its tenant's line; longer work makes way for shorter. */
const quantum = 200
/** After so many predictions in a row an adaptation has its turn. */
const longestStreak = 16

interface Place {
  readonly work: Work
  /** Milliseconds since it last went to the end of its line. */
  used: number
}

export class Scheduler {
  private readonly lines: Readonly<Record<WorkKind, Lines<Place>>> = { adapt: new Lines(), predict: new Lines() }
  /** Of what is not done. */
  private readonly places = new WeakMap<Work, Place>()
  private works = 0
  private running = 0
  /** Predictions since the last adaptation that had to wait. */
  private streak = 0
  private onIdle: (() => void)[] = []
  private submittedAt = Number.NEGATIVE_INFINITY
  private readonly concurrency: () => number

  /** `concurrency`: how many turns may be taken at the same time, asked before each. */
  constructor(
    concurrency: number | (() => number),
    private readonly now: Clock,
    private readonly observer: Observer = nobody,
  ) {
    this.concurrency = typeof concurrency === 'number' ? () => concurrency : concurrency
  }

  /** How many turns may be taken at the same time, at present. */
  get turnsAtOnce(): number {
    return this.concurrency()
  }

  get turnsUnderWay(): number {
    return this.running
  }

  /** How many wait for a turn. */
  waiting(kind: WorkKind): number {
    return this.lines[kind].size
  }

  /** Milliseconds since work was last submitted. */
  get quietFor(): number {
    return this.now() - this.submittedAt
  }

  submit(work: Work): void {
    this.submittedAt = this.now()
    const place = { work, used: 0 }
    this.places.set(work, place)
    this.works++
    this.lines[work.kind].add(work.tenant, place)
    this.fill()
  }

  /** Takes back work that waits; false where it has its turn at this moment, or none left to wait for. */
  withdraw(work: Work): boolean {
    const place = this.places.get(work)
    if (!place || !this.lines[work.kind].remove(work.tenant, place)) return false
    this.leave(work)
    return true
  }

  /** Resolves when no work is left. */
  idle(): Promise<void> {
    if (this.works === 0) return Promise.resolve()
    return new Promise((resolve) => this.onIdle.push(resolve))
  }

  private fill(): void {
    while (this.running < this.concurrency()) {
      const place = this.next()
      if (!place) return
      this.running++
      void this.turn(place)
    }
  }

  private next(): Place | undefined {
    const { adapt, predict } = this.lines
    if (adapt.size === 0 || this.streak < longestStreak) {
      const prediction = predict.take()
      if (prediction) {
        this.streak = adapt.size > 0 ? this.streak + 1 : 0
        return prediction
      }
    }
    this.streak = 0
    return adapt.take()
  }

  private async turn(place: Place): Promise<void> {
    const { work } = place
    const start = this.now()
    const { done, size } = await work.turn()
    const milliseconds = this.now() - start
    this.observer.turn(work.kind, milliseconds, size)
    this.running--
    if (done) this.leave(work)
    else this.requeue(place, milliseconds)
    this.fill()
    if (this.works === 0) for (const tell of this.onIdle.splice(0)) tell()
  }

  private leave(work: Work): void {
    this.places.delete(work)
    this.works--
  }

  private requeue(place: Place, milliseconds: number): void {
    const { kind, tenant } = place.work
    place.used += milliseconds
    if (place.used < quantum) {
      this.lines[kind].addFirst(tenant, place)
    } else {
      place.used = 0
      this.lines[kind].add(tenant, place)
    }
  }
}
