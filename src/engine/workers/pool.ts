/** Worker threads that all hold the same models: a run goes to the one with the least to do, in order of arrival. */
import { setTimeout } from 'node:timers/promises'
import { EngineError, type Run } from '../engine.js'
import type { CompiledModel, Results } from './protocol.js'
import { EngineThread, runsAtHand, ThreadEndedError, type ThreadKind } from './thread.js'

/** Something for one thread to do; never rejects, the outcome goes to whoever waits for it. */
type Job = (thread: EngineThread) => Promise<void>

interface Member {
  readonly thread: EngineThread
  /** What this thread must do before it may take from the common queue: loading and unloading. */
  readonly own: Job[]
  /** Jobs that it is at, or has at hand. */
  underWay: number
  /** Whether it has ever answered. */
  worked: boolean
  /** Models that it must load before it can take from the common queue. */
  loading: number
  /** It will be ended, and is asked for nothing more. */
  givenUp: boolean
}

const MOST_IDLE_DEATHS = 5
const MOST_DEATHS = 2
/** Before a worker that could not load everything is replaced; twice as long each time. */
const FIRST_PAUSE_MS = 250

export class WorkerPool {
  private readonly members = new Set<Member>()
  private readonly queue: { readonly job: Job; readonly reject: (error: Error) => void }[] = []
  private readonly models = new Set<CompiledModel>()
  private closing = false
  private idleDeaths = 0
  private onEmpty: (() => void) | undefined

  constructor(
    readonly size: number,
    private readonly kind: ThreadKind,
  ) {
    for (let i = 0; i < size; i++) this.addMember()
  }

  /** Loads the model into every thread. */
  async load(model: CompiledModel): Promise<void> {
    if (this.closing) throw this.closed()
    this.models.add(model)
    await this.onAll((thread) => thread.load(model)).catch((error) => {
      this.models.delete(model)
      throw error
    })
  }

  async unload(model: CompiledModel): Promise<void> {
    this.models.delete(model)
    // A thread that died, or never had it, has nothing to unload.
    if (!this.closing) await this.onAll((thread) => thread.unload(model).catch(() => {}))
  }

  /**
   * A run whose thread ends is run by another: it has changed nothing. One that its thread has died under twice is given up, it
   * may be the reason.
   */
  async run(program: number, runs: readonly Run[]): Promise<Results[]> {
    for (let deaths = 0; ; ) {
      try {
        return await this.enqueue(program, runs)
      } catch (error) {
        if (!(error instanceof ThreadEndedError) || this.closing) throw error
        if (error.begun && ++deaths === MOST_DEATHS) throw error
      }
    }
  }

  private enqueue(program: number, runs: readonly Run[]): Promise<Results[]> {
    if (this.closing) return Promise.reject(this.closed())
    if (this.members.size === 0)
      return Promise.reject(
        new EngineError(`all workers of the ${this.kind.engine} engine died: start the server anew`),
      )
    return new Promise((resolve, reject) => {
      this.queue.push({ job: (thread) => thread.run(program, runs).then(resolve, reject), reject })
      const idlest = [...this.members].reduce((best, member) => (member.underWay < best.underWay ? member : best))
      this.next(idlest)
    })
  }

  /** Finishes what is queued, then ends the threads. */
  async close(): Promise<void> {
    if (this.closing) return
    this.closing = true
    await this.emptied()
    // A thread that dies instead has ended, too.
    await this.onAll((thread) => thread.close()).catch(() => {})
  }

  /** Resolves when no run waits any more. */
  private emptied(): Promise<void> {
    if (this.queue.length === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.onEmpty = resolve
    })
  }

  private async onAll(work: (thread: EngineThread) => Promise<void>): Promise<void> {
    const each = (member: Member) =>
      new Promise<void>((resolve, reject) => {
        member.own.push((thread) => work(thread).then(resolve, reject))
        this.next(member)
      })
    await Promise.all([...this.members].map(each))
  }

  private next(member: Member): void {
    if (member.underWay === runsAtHand || member.givenUp || !this.members.has(member)) return
    const job = member.own.shift() ?? (member.loading === 0 ? this.queue.shift()?.job : undefined)
    if (this.queue.length === 0) this.onEmpty?.()
    if (!job) return
    member.underWay++
    void job(member.thread).then(() => {
      member.underWay--
      member.worked = true
      this.next(member)
    })
  }

  /** No thread is left to run what is queued. */
  private rejectAll(reason: string): void {
    for (const { reject } of this.queue.splice(0)) reject(new EngineError(reason))
    this.onEmpty?.()
  }

  private addMember(): Member {
    const member: Member = {
      thread: new EngineThread(this.kind, (reason) => this.replace(member, reason)),
      own: [],
      underWay: 0,
      worked: false,
      loading: 0,
      givenUp: false,
    }
    this.members.add(member)
    return member
  }

  /** In the place of a dead thread comes a new one with all programs, unless the pool is closing. */
  private replace(dead: Member, reason: string): void {
    this.members.delete(dead)
    // The thread answers these at once: with the reason of its end.
    for (const job of dead.own.splice(0)) void job(dead.thread)
    if (this.closing) {
      if (this.members.size === 0) this.rejectAll(reason)
      return
    }
    // Threads that end one after the other without having done anything will not do better the next time.
    this.idleDeaths = dead.worked && !dead.givenUp ? 0 : this.idleDeaths + 1
    if (this.idleDeaths > MOST_IDLE_DEATHS) {
      if (this.members.size === 0) this.rejectAll(reason)
      return
    }
    const fresh = this.addMember()
    fresh.loading = this.models.size
    for (const model of this.models) fresh.own.push((thread) => this.reload(fresh, thread, model))
    this.next(fresh)
  }

  private async reload(fresh: Member, thread: EngineThread, model: CompiledModel): Promise<void> {
    try {
      await thread.load(model)
      fresh.loading--
    } catch {
      await this.giveUp(fresh)
    }
  }

  /** One that lacks a model is of no use: another is started after a while, when what it lacked may be there again. */
  private async giveUp(member: Member): Promise<void> {
    if (this.closing || member.givenUp) return
    member.givenUp = true
    await setTimeout(FIRST_PAUSE_MS * 2 ** this.idleDeaths)
    await member.thread.close().catch(() => {})
  }

  private closed(): EngineError {
    return new EngineError(`the ${this.kind.engine} engine is closed`)
  }
}
