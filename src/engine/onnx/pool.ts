/** Worker threads that all hold the same programs: a run goes to the first one that is free, in order of arrival. */
import { EngineError } from '../engine.js'
import type { CompiledProgram, Feeds, Results, WorkerSettings } from './protocol.js'
import { EngineThread } from './thread.js'

/** Something for one thread to do; never rejects, the outcome goes to whoever waits for it. */
type Job = (thread: EngineThread) => Promise<void>

interface Member {
  readonly thread: EngineThread
  /** What this thread must do before it may take from the common queue: loading and unloading. */
  readonly own: Job[]
  busy: boolean
}

export class WorkerPool {
  private readonly members = new Set<Member>()
  private readonly queue: { readonly job: Job; readonly reject: (error: Error) => void }[] = []
  private readonly programs = new Map<number, CompiledProgram>()
  private closing = false

  constructor(
    readonly size: number,
    private readonly settings: WorkerSettings,
  ) {
    for (let i = 0; i < size; i++) this.addMember()
  }

  /** Loads the program into every thread. */
  async load(program: CompiledProgram): Promise<void> {
    if (this.closing) throw closed()
    this.programs.set(program.id, program)
    await this.onAll((thread) => thread.load(program)).catch((error) => {
      this.programs.delete(program.id)
      throw error
    })
  }

  async unload(program: number): Promise<void> {
    this.programs.delete(program)
    if (!this.closing) await this.onAll((thread) => thread.unload(program))
  }

  run(program: number, feeds: Feeds): Promise<Results> {
    if (this.closing) return Promise.reject(closed())
    return new Promise((resolve, reject) => {
      this.queue.push({ job: (thread) => thread.run(program, feeds).then(resolve, reject), reject })
      for (const member of this.members) this.next(member)
    })
  }

  /** Finishes what is queued, then ends the threads. */
  async close(): Promise<void> {
    if (this.closing) return
    this.closing = true
    while (this.queue.length > 0) await new Promise<void>((resolve) => setImmediate(resolve))
    // A thread that dies instead has ended, too.
    await this.onAll((thread) => thread.close()).catch(() => {})
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
    if (member.busy || !this.members.has(member)) return
    const job = member.own.shift() ?? this.queue.shift()?.job
    if (!job) return
    member.busy = true
    void job(member.thread).then(() => {
      member.busy = false
      this.next(member)
    })
  }

  private addMember(): Member {
    const member: Member = {
      thread: new EngineThread(this.settings, (reason) => this.replace(member, reason)),
      own: [],
      busy: false,
    }
    this.members.add(member)
    return member
  }

  /** A dead thread fails what it was doing, and a new one with all programs takes its place, unless the pool is closing. */
  private replace(dead: Member, reason: string): void {
    this.members.delete(dead)
    // The thread answers these at once: with the reason of its end.
    for (const job of dead.own.splice(0)) void job(dead.thread)
    if (this.closing) {
      if (this.members.size === 0) for (const { reject } of this.queue.splice(0)) reject(new EngineError(reason))
      return
    }
    const fresh = this.addMember()
    const ignore = (): void => {}
    for (const program of this.programs.values()) fresh.own.push((thread) => thread.load(program).catch(ignore))
    this.next(fresh)
  }
}

function closed(): EngineError {
  return new EngineError('the onnx engine is closed')
}
