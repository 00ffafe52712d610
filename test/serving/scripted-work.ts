/** Work for a scheduler, whose turns end when the test says so. */
import type { WorkKind } from '../../src/serving/observer.js'
import type { Scheduler, Turn, Work } from '../../src/serving/scheduler.js'
import { type HandClock, settled } from './hand-clock.js'

class ScriptedWork implements Work {
  private finish: ((turn: Turn) => void) | undefined

  constructor(
    readonly name: string,
    readonly kind: WorkKind,
    readonly tenant: string,
    private turnsLeft: number,
    private readonly started: (name: string) => void,
  ) {}

  turn(): Promise<Turn> {
    if (this.finish) throw new Error(`${this.name} has two turns at once`)
    this.started(this.name)
    return new Promise((resolve) => {
      this.finish = resolve
    })
  }

  end(): void {
    const finish = this.finish
    if (!finish) throw new Error(`${this.name} has no turn`)
    this.finish = undefined
    finish({ done: --this.turnsLeft === 0, size: 1 })
  }
}

/** A scheduler at work: who had turns, in their order, and who has one at this moment. */
export class Stage {
  readonly log: string[] = []
  private readonly running: ScriptedWork[] = []
  private readonly works = new Map<string, ScriptedWork>()

  constructor(
    private readonly scheduler: Scheduler,
    private readonly clock: HandClock,
  ) {}

  submit(kind: WorkKind, name: string, { tenant = 't', turns = 1 } = {}): void {
    const work = new ScriptedWork(name, kind, tenant, turns, () => {
      this.log.push(name)
      this.running.push(work)
    })
    this.works.set(name, work)
    this.scheduler.submit(work)
  }

  get now(): string[] {
    return this.running.map(({ name }) => name)
  }

  withdraw(name: string): boolean {
    const work = this.works.get(name)
    if (!work) throw new Error(`there is no ${name}`)
    return this.scheduler.withdraw(work)
  }

  /** Ends the turn that has lasted longest, after so many milliseconds. */
  async end(milliseconds = 10): Promise<void> {
    this.clock.time += milliseconds
    this.running.shift()?.end()
    await settled()
  }

  async endAll(milliseconds = 10): Promise<void> {
    while (this.running.length > 0) await this.end(milliseconds)
  }
}
