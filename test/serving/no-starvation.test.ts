/** Whatever comes, and goes, in whichever order: all work that is let in is done, and none waits without bound. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { WorkKind } from '../../src/serving/observer.js'
import { Scheduler, type Turn, type Work } from '../../src/serving/scheduler.js'
import { HandClock, settled } from './hand-clock.js'

interface Plan {
  readonly kind: WorkKind
  readonly tenant: string
  readonly arrival: number
  readonly turns: number
  /** Milliseconds of each turn. */
  readonly length: number
  /** Milliseconds after the arrival; undefined: it waits as long as it takes. */
  readonly patience: number | undefined
}

const shortestTurn = 20
/** Turns of one work that fit before it makes way for the others of its tenant (scheduler.ts: after 200 ms). */
const turnsOfQuantum = Math.ceil(200 / shortestTurn)
const longestStreak = 16
const tenants = ['t', 'u', 'v'] as const

const plans = fc.array(
  fc.record<Plan>({
    kind: fc.constantFrom('adapt', 'predict'),
    tenant: fc.constantFrom(...tenants),
    arrival: fc.nat(1500),
    turns: fc.integer({ min: 1, max: 25 }),
    length: fc.constantFrom(shortestTurn, 70, 250),
    patience: fc.option(fc.nat(1000), { nil: undefined, freq: 4 }),
  }),
  { minLength: 1, maxLength: 45 },
)

test('nothing let in is dropped, nothing runs twice at once, and no turn is waited for longer than the bound', async () => {
  await fc.assert(
    fc.asyncProperty(plans, fc.integer({ min: 1, max: 3 }), async (all, concurrency) => {
      const hall = new Hall(concurrency)
      for (const plan of all) {
        const work = new TimedWork(plan, hall)
        hall.at(plan.arrival, () => hall.submit(work))
        if (plan.patience !== undefined) hall.at(plan.arrival + plan.patience, () => hall.withdraw(work))
      }
      await hall.run()
      expect(hall.wrong).toEqual([])
      expect(hall.visits.filter(({ work, withdrawn }) => !withdrawn && work.left > 0)).toEqual([])
      await hall.scheduler.idle()
    }),
    { numRuns: 200, seed: 1 },
  )
})

/** Work that takes the time of its plan. */
class TimedWork implements Work {
  readonly kind: WorkKind
  readonly tenant: string
  left: number

  constructor(
    private readonly plan: Plan,
    private readonly hall: Hall,
  ) {
    this.kind = plan.kind
    this.tenant = plan.tenant
    this.left = plan.turns
  }

  async turn(): Promise<Turn> {
    this.hall.starts(this)
    await this.hall.after(this.plan.length)
    const done = --this.left === 0
    this.hall.ends(this, done)
    return { done, size: 1 }
  }
}

/** A piece of work that is there: since when it waits, and what it has had to let go before it. */
interface Visit {
  readonly work: TimedWork
  isThere: boolean
  withdrawn: boolean
  waits: boolean
  /** Of its kind and tenant, when it began to wait. */
  ahead: number
  passed: Passed
}

/** Turns of others that have begun since work began to wait: of its kind and tenant, of its kind, of the other kind. */
interface Passed {
  tenant: number
  others: number
  otherKind: number
}

const none = (): Passed => ({ tenant: 0, others: 0, otherKind: 0 })

/** Time, and a scheduler in it. */
class Hall {
  readonly visits: Visit[] = []
  /** What must not happen; a turn must not throw. */
  readonly wrong: string[] = []
  readonly scheduler: Scheduler
  private readonly clock = new HandClock()
  private readonly events: { readonly time: number; readonly act: () => void }[] = []
  private running = 0

  constructor(private readonly concurrency: number) {
    this.scheduler = new Scheduler(concurrency, this.clock.now)
  }

  at(time: number, act: () => void): void {
    this.events.push({ time, act })
    this.events.sort((a, b) => a.time - b.time)
  }

  after(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.at(this.clock.time + milliseconds, resolve))
  }

  async run(): Promise<void> {
    for (let event = this.events.shift(); event; event = this.events.shift()) {
      this.clock.time = event.time
      event.act()
      await settled()
      const waiting = this.scheduler.waiting('adapt') + this.scheduler.waiting('predict')
      expect(waiting).toBe(this.visits.filter(({ waits }) => waits).length)
      expect(this.running).toBe(Math.min(this.concurrency, this.running + waiting))
    }
  }

  submit(work: TimedWork): void {
    const visit = { work, isThere: true, withdrawn: false, waits: false, ahead: 0, passed: none() }
    this.visits.push(visit)
    this.wait(visit)
    this.scheduler.submit(work)
  }

  withdraw(work: TimedWork): void {
    const visit = this.visitOf(work)
    const waited = visit.waits
    expect(this.scheduler.withdraw(work)).toBe(waited)
    if (waited) Object.assign(visit, { isThere: false, withdrawn: true, waits: false })
  }

  starts(work: TimedWork): void {
    const visit = this.visitOf(work)
    if (!visit.waits) this.wrong.push('a turn of work that does not wait for one')
    visit.waits = false
    this.running++
    this.requireBounded(visit)
    for (const other of this.visits) {
      if (!other.waits) continue
      const { kind, tenant } = other.work
      other.passed[kind !== work.kind ? 'otherKind' : tenant === work.tenant ? 'tenant' : 'others']++
    }
  }

  ends(work: TimedWork, done: boolean): void {
    this.running--
    const visit = this.visitOf(work)
    if (done) visit.isThere = false
    else this.wait(visit)
  }

  private wait(visit: Visit): void {
    const { kind, tenant } = visit.work
    const others = this.visits.filter((other) => other !== visit && other.isThere)
    visit.ahead = others.filter(({ work }) => work.kind === kind && work.tenant === tenant).length
    visit.passed = none()
    visit.waits = true
  }

  /**
   * Of its own tenant only those go before that were there already, each until its quantum is over; and every other tenant
   * once before each of these turns and its own. Between two turns of waiting adaptations go 16 predictions at most.
   */
  private requireBounded({ work, ahead, passed }: Visit): void {
    const { tenant, others, otherKind } = passed
    const sameKind = tenant + others
    const isBounded =
      tenant <= ahead * turnsOfQuantum &&
      others <= (tenants.length - 1) * (tenant + 1) &&
      otherKind <= (work.kind === 'adapt' ? longestStreak * (sameKind + 1) : 1 + sameKind / longestStreak)
    if (!isBounded) this.wrong.push(`${work.kind} behind ${ahead} waited for ${JSON.stringify(passed)}`)
  }

  private visitOf(work: TimedWork): Visit {
    const visit = this.visits.find((each) => each.work === work)
    if (!visit) throw new Error('it has not been submitted')
    return visit
  }
}
