/** Worker threads that all hold the same programs: a request runs on the first one that is free, in order of arrival. */
import { Worker } from 'node:worker_threads'
import { EngineError } from '../engine.js'
import type { CompiledProgram, Reply, Request, Results, WorkerSettings } from './protocol.js'

interface Job {
  readonly request: Request
  readonly resolve: (results: Results) => void
  readonly reject: (error: Error) => void
}

interface Member {
  readonly worker: Worker
  /** What this worker must do before it may take from the common queue: loading and unloading. */
  readonly own: Job[]
  current: Job | undefined
}

export class WorkerPool {
  private members: Member[]
  private readonly queue: Job[] = []
  private readonly programs = new Map<number, CompiledProgram>()
  private closing = false

  constructor(
    readonly size: number,
    private readonly settings: WorkerSettings,
  ) {
    this.members = Array.from({ length: size }, () => this.start())
  }

  /** Loads the program into every worker. */
  async load(program: CompiledProgram): Promise<void> {
    if (this.closing) throw closed()
    this.programs.set(program.id, program)
    await this.toAll({ kind: 'load', program }).catch((error) => {
      this.programs.delete(program.id)
      throw error
    })
  }

  async unload(program: number): Promise<void> {
    this.programs.delete(program)
    if (this.closing) return
    await this.toAll({ kind: 'unload', program })
  }

  run(request: Extract<Request, { kind: 'run' }>): Promise<Results> {
    if (this.closing) return Promise.reject(closed())
    return new Promise((resolve, reject) => {
      this.queue.push({ request, resolve, reject })
      for (const member of this.members) this.next(member)
    })
  }

  /** Finishes what is queued, then ends the threads. A busy worker is never terminated: that would abort the process. */
  async close(): Promise<void> {
    if (this.closing) return
    this.closing = true
    const ended = this.members.map(({ worker }) => new Promise((resolve) => worker.once('exit', resolve)))
    while (this.queue.length > 0) await new Promise<void>((resolve) => setImmediate(resolve))
    // A worker that dies instead has ended, too.
    await this.toAll({ kind: 'close' }).catch(() => {})
    await Promise.all(ended)
  }

  private toAll(request: Request): Promise<unknown> {
    return Promise.all(
      this.members.map(
        (member) =>
          new Promise<Results>((resolve, reject) => {
            member.own.push({ request, resolve, reject })
            this.next(member)
          }),
      ),
    )
  }

  private next(member: Member): void {
    if (member.current) return
    member.current = member.own.shift() ?? this.queue.shift()
    if (member.current) member.worker.postMessage(member.current.request)
  }

  private start(): Member {
    const worker = startThread(this.settings)
    const member: Member = { worker, own: [], current: undefined }
    worker.on('message', (reply: Reply) => {
      const job = member.current
      member.current = undefined
      if (job && 'error' in reply) job.reject(new EngineError(`the onnx engine failed: ${reply.error}`))
      else if (job && 'results' in reply) job.resolve(reply.results)
      this.next(member)
    })
    worker.once('error', (error) => this.replace(member, `an onnx engine worker died: ${error.message}`))
    worker.once('exit', () => this.replace(member, 'an onnx engine worker ended'))
    return member
  }

  /** A dead worker fails what it was doing, once, and a new one takes its place with all programs, unless the pool is closing. */
  private replace(dead: Member, reason: string): void {
    if (!this.members.includes(dead)) return
    for (const job of [dead.current, ...dead.own]) job?.reject(new EngineError(reason))
    if (this.closing) {
      this.members = this.members.filter((member) => member !== dead)
      if (this.members.length === 0) for (const job of this.queue.splice(0)) job.reject(new EngineError(reason))
      return
    }
    const fresh = this.start()
    this.members = this.members.map((member) => (member === dead ? fresh : member))
    const ignore = (): void => {}
    for (const program of this.programs.values())
      fresh.own.push({ request: { kind: 'load', program }, resolve: ignore, reject: ignore })
    this.next(fresh)
  }
}

function closed(): EngineError {
  return new EngineError('the onnx engine is closed')
}

/** Under tsx and vitest this file is TypeScript and so is the worker: a thread of Node 20 reads it after registering tsx. */
function startThread(workerData: WorkerSettings): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./worker.js', import.meta.url), { workerData })
  const url = JSON.stringify(new URL('./worker.ts', import.meta.url).href)
  return new Worker(`import('tsx/esm/api').then(({ register }) => { register(); return import(${url}) })`, {
    eval: true,
    workerData,
  })
}
