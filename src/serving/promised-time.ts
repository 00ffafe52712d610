/**
 * The time of the engine that is promised to adaptations. Turns are fair, so that with too many of them all are late and what was
 * computed is lost: one that could not end in its time, or would make another late, is refused before it costs anything.
 */
import type { Clock } from './clock.js'
import { ServingError } from './serving-error.js'
import { StepTimes } from './step-times.js'

/** What an adaptation asks of the engine. Times are on the clock that is handed over with it. */
export interface Demand {
  readonly tenant: string
  /** Steps of one kind take the same time. */
  readonly kind: string
  readonly steps: number
  /** How many steps a turn has; the first turn has none. */
  readonly slice: number
  /** When nobody waits for it any more; Infinity where somebody always does. */
  readonly deadline: number
  /** When its steps end, however many are left; Infinity: when all are done. */
  readonly budgetEnd: number
}

/** Of the time that one which is not alone has, how much may be planned; the rest is for tenants who come later. */
const share = 0.8
/** The same for those who are there when others come; the rest is for turns that take longer than those before. */
const largerShare = 0.9

export class PromisedTime {
  /** From the begin of a step to its end, where it had the engine for itself. */
  private readonly times = new StepTimes()
  /** What a step takes of the engine's time: less where it does several clients' at once. */
  private readonly costs = new StepTimes()
  /** In the order in which they were let in. */
  private readonly accepted = new Set<Promised>()

  /**
   * `turnsAtOnce`: turns that do not slow each other down. `together`: how many are done in one run of the engine at present, and
   * share its time.
   */
  constructor(
    private readonly turnsAtOnce: () => number,
    private readonly together: () => number = () => 1,
  ) {}

  /** To be left when it is over. Throws ServingError `queue-full` or `too-many-steps`; never while nothing is known of its steps. */
  enter(demand: Demand, now: Clock): Promised {
    const promised: Promised = new Promised(demand, now, this.times, this.costs, {
      check: () => this.check(promised),
      leave: () => this.accepted.delete(promised),
      together: this.together,
    })
    this.check(promised)
    this.accepted.add(promised)
    return promised
  }

  /** Whether there is time for it beside those that were let in before it; whoever came later does not count. */
  private check(last: Promised): void {
    const { tenant, steps } = last.demand
    const [own, cost, room] = [last.left, last.cost, last.room]
    if (own === 0) return
    if (own > room) throw tooLong(steps, own, room)
    const before = this.before(last)
    const loads = loadsOf(before)
    const [ends, newEnds] = [endsOf(loads), endsOf(new Map(loads).set(tenant, (loads.get(tenant) ?? 0) + cost))]
    const end = this.endOf(last, newEnds)
    const most = before.length === 0 ? room : share * room
    if (end > most) throw full(end, Math.min(end - most, room))
    for (const one of before) {
      const limit = largerShare * one.room
      const without = this.endOf(one, ends)
      // Who is late already is so without it, too.
      if (without <= limit && this.endOf(one, newEnds) > limit) throw full(end, Math.min(without, room))
    }
  }

  private before(last: Promised): Promised[] {
    const all = [...this.accepted]
    return this.accepted.has(last) ? all.slice(0, all.indexOf(last)) : all
  }

  /** In milliseconds from now: its own steps come one after the other, those of others are divided among the turns. */
  private endOf({ demand, left, cost }: Promised, ends: ReadonlyMap<string, number>): number {
    return left + ((ends.get(demand.tenant) ?? cost) - cost) / this.turnsAtOnce()
  }
}

interface Doors {
  check(): void
  leave(): void
  together(): number
}

/** An adaptation that was let in. */
export class Promised {
  private stepsLeft: number
  /** Nothing is known of its steps yet. */
  private readonly unmeasured: boolean

  constructor(
    readonly demand: Demand,
    private readonly now: Clock,
    private readonly times: StepTimes,
    private readonly costs: StepTimes,
    private readonly doors: Doors,
  ) {
    this.stepsLeft = demand.steps
    this.unmeasured = costs.of(demand.kind, now()) === undefined
  }

  /** Milliseconds that its steps still take, as far as is known; the two turns before and after them are short. */
  get left(): number {
    // Those who share the engine pay for it with each other's costs.
    return this.leftBy(this.times, this.costs)
  }

  /** Milliseconds of the engine that they still take. */
  get cost(): number {
    return this.leftBy(this.costs)
  }

  /** By the first that knows. */
  private leftBy(...times: readonly StepTimes[]): number {
    const time = this.now()
    const perStep = times.map((one) => one.of(this.demand.kind, time)).find((one) => one !== undefined)
    const steps = this.stepsLeft * (perStep ?? 0)
    return Math.min(steps, Math.max(0, this.demand.budgetEnd - time))
  }

  /** Milliseconds in which it must end; one whose budget ends before ends by itself. */
  get room(): number {
    const { deadline, budgetEnd } = this.demand
    return budgetEnd <= deadline ? Number.POSITIVE_INFINITY : deadline - this.now()
  }

  /** The same slices, measured. Throws before the first what `enter` throws, where nothing was known then and something is now. */
  async *follow<Result>(slices: AsyncGenerator<void, Result, void>): AsyncGenerator<void, Result, void> {
    if (this.unmeasured) this.doors.check()
    for (let isFirst = true; ; isFirst = false) {
      const start = this.now()
      const { done, value } = await slices.next()
      if (!isFirst) this.count(start)
      if (done) return value
      yield
    }
  }

  leave(): void {
    this.doors.leave()
  }

  private count(start: number): void {
    const { kind, slice, budgetEnd } = this.demand
    const steps = Math.min(slice, this.stepsLeft)
    this.stepsLeft -= steps
    const end = this.now()
    // With a budget nobody knows how many there were.
    if (steps === 0 || budgetEnd < Number.POSITIVE_INFINITY) return
    const together = this.doors.together()
    if (together === 1) this.times.add(kind, steps, end - start, end)
    this.costs.add(kind, steps, (end - start) / together, end)
  }
}

/** Milliseconds by tenant. */
function loadsOf(promised: readonly Promised[]): Map<string, number> {
  const loads = new Map<string, number>()
  for (const { demand, cost } of promised) loads.set(demand.tenant, (loads.get(demand.tenant) ?? 0) + cost)
  return loads
}

/** When all of a tenant's is done in one turn at a time, while tenants take turns: of every other it sees as much as its own. */
function endsOf(loads: ReadonlyMap<string, number>): Map<string, number> {
  const sorted = [...loads].sort(([, a], [, b]) => a - b)
  let smaller = 0
  const ends = new Map<string, number>()
  for (const [place, [tenant, load]] of sorted.entries()) {
    ends.set(tenant, smaller + load * (sorted.length - place))
    smaller += load
  }
  return ends
}

function full(end: number, wait: number): ServingError {
  const retryAfterSeconds = seconds(wait)
  return new ServingError(
    { code: 'queue-full', retryAfterSeconds },
    `The adaptations under way leave too little time for this one, which would take until ${seconds(end)} s from now; ` +
      `try again in ${retryAfterSeconds} s, or ask for fewer steps.`,
  )
}

function tooLong(steps: number, own: number, room: number): ServingError {
  return new ServingError(
    { code: 'too-many-steps' },
    `The ${steps} steps take about ${seconds(own)} s, and there are ${Math.max(0, Math.floor(room / 1000))} s for them; ` +
      'send fewer steps, or a budgetMs, in which as many are done as fit.',
  )
}

function seconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000))
}
