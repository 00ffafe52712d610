/** One worker thread: does one thing after the other, and may be asked for the next while it is busy. */
import { setImmediate } from 'node:timers/promises'
import { SHARE_ENV, Worker } from 'node:worker_threads'
import { EngineError, OutOfMemoryError, type Run } from '../engine.js'
import { type Keeper, placeRows, sortInputs } from './keeper.js'
import { createMailbox, putFeeds, takeResults } from './mailbox.js'
import type { CompiledModel, CompiledProgram, Mailbox, Reply, Request, Results } from './protocol.js'

/** What the threads of an engine have in common. */
export interface ThreadKind {
  /** Of the engine, for errors. */
  readonly engine: string
  /** The worker's file as it is built, .js. */
  readonly worker: URL
  /** What it is started with. */
  readonly workerData: object
  createKeeper(): Keeper
}

/** The thread ended while it was asked, or before. */
export class ThreadEndedError extends EngineError {
  constructor(
    reason: string,
    /** Whether what was asked may have been what it died of. */
    readonly begun: boolean,
  ) {
    super(reason)
  }
}

/**
 * Runs that a thread may be asked for at a time: with the next one at hand it need not fall asleep, and be woken, between
 * two. More would only wait here instead of where another thread could take them.
 */
export const runsAtHand = 2

interface Asked {
  resolve(): void
  reject(error: Error): void
}

interface Loaded {
  readonly program: CompiledProgram
  /** One for each run at hand. */
  readonly mailboxes: readonly Mailbox[]
}

export class EngineThread {
  private readonly worker: Worker
  private readonly programs = new Map<number, Loaded>()
  private readonly idleMailboxes = Array.from({ length: runsAtHand }, (_, index) => index)
  private readonly keeper: Keeper
  /** In the order in which the thread answers. */
  private readonly asked: Asked[] = []
  /** Why it cannot be asked any more. */
  private reason: string | undefined

  /** `onEnd` is called once, with the reason, when the thread has ended, however that came about. */
  constructor(kind: ThreadKind, onEnd: (reason: string) => void) {
    const { engine } = kind
    this.keeper = kind.createKeeper()
    this.worker = startWorker(kind)
    this.worker.on('message', (reply: Reply) => {
      const asked = this.asked.shift()
      if (reply.kind === 'done') asked?.resolve()
      else if (reply.outOfMemory) asked?.reject(new OutOfMemoryError(`the ${engine} engine has no memory for the run`))
      else asked?.reject(new EngineError(`the ${engine} engine failed: ${reply.error}`))
    })
    const end = (reason: string): void => {
      if (this.reason !== undefined) return
      this.reason = reason
      this.asked.splice(0).forEach(({ reject }, place) => {
        reject(new ThreadEndedError(reason, place === 0))
      })
      onEnd(reason)
    }
    this.worker.once('error', (error) => end(`a worker of the ${engine} engine died: ${error.message}`))
    this.worker.once('exit', () => end(`a worker of the ${engine} engine ended`))
  }

  async load(model: CompiledModel): Promise<void> {
    const mailboxes = model.programs.map((program) => {
      const own = Array.from({ length: runsAtHand }, () => createMailbox(program))
      // At once: a run that is asked for next comes after it.
      this.programs.set(program.id, { program, mailboxes: own })
      return own
    })
    await this.ask({ kind: 'load', model, mailboxes }).catch((error) => {
      for (const { id } of model.programs) this.programs.delete(id)
      throw error
    })
  }

  /** The runs of several clients at once, where the program is for several. At most `runsAtHand` times at a time. */
  async run(id: number, runs: readonly Run[]): Promise<Results[]> {
    if (this.reason !== undefined) throw new ThreadEndedError(this.reason, false)
    const loaded = this.programs.get(id)
    if (!loaded) throw new EngineError(`program ${id} is not loaded`)
    const { program, mailboxes } = loaded
    const index = this.idleMailboxes.pop()
    const mailbox = index === undefined ? undefined : mailboxes[index]
    if (index === undefined || !mailbox) throw new EngineError(`more than ${runsAtHand} runs are asked of one worker`)
    try {
      const { kept, changed } = sortInputs(program, runs, this.keeper)
      const putting = inPieces(putFeeds(mailbox, changed, runs))
      if (putting) await putting
      const placed = placeRows(kept, runs, this.keeper)
      const feeds = { ...placed, changed: changed.map(({ name }) => name) }
      const gone = this.keeper.takeGone()
      const handedOver = feeds.put.map(([, , data]) => data.buffer)
      const wanted = wantedOf(program, runs)
      await this.ask({ kind: 'run', program: id, mailbox: index, feeds, wanted, gone }, handedOver).catch((error) => {
        placed.rows.forEach(([, numbers], place) => {
          const input = kept[place]
          if (input) this.keeper.forget(input, numbers)
        })
        throw error
      })
      return await inPieces(takeResults(mailbox, program, runs))
    } finally {
      this.idleMailboxes.push(index)
    }
  }

  async unload(model: CompiledModel): Promise<void> {
    for (const { id } of model.programs) this.programs.delete(id)
    await this.ask({ kind: 'unload', model: model.id })
  }

  /** Ends the thread once it has done what it is asked for; terminating a busy one would abort the process. */
  async close(): Promise<void> {
    if (this.reason !== undefined) return
    const ended = new Promise((resolve) => this.worker.once('exit', resolve))
    await this.ask({ kind: 'close' })
    await ended
  }

  private ask(request: Request, handedOver: readonly ArrayBuffer[] = []): Promise<void> {
    if (this.reason !== undefined) return Promise.reject(new ThreadEndedError(this.reason, false))
    return new Promise((resolve, reject) => {
      this.asked.push({ resolve, reject })
      this.worker.postMessage(request, handedOver)
    })
  }
}

/** At once where it does not yield; otherwise others have their turn on this thread in between. */
function inPieces<Result>(work: Generator<void, Result>): Result | Promise<Result> {
  const first = work.next()
  return first.done ? first.value : goOn(work)
}

async function goOn<Result>(work: Generator<void, Result>): Promise<Result> {
  for (;;) {
    await setImmediate()
    const { done, value } = work.next()
    if (done) return value
  }
}

/** What any of the runs wants. */
function wantedOf({ outputs }: CompiledProgram, runs: readonly Run[]): string[] {
  const names = outputs.map(({ name }) => name)
  return names.filter((name) => runs.some(({ wanted }) => wanted?.includes(name) ?? true))
}

/**
 * The worker has the process's own environment, not a copy: libraries in C read that. Under tsx and vitest this file is TypeScript and so is the worker: a thread of Node 20 reads it after registering tsx.
 */
function startWorker({ worker, workerData }: ThreadKind): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(worker, { workerData, env: SHARE_ENV })
  const url = JSON.stringify(worker.href.replace(/\.js$/, '.ts'))
  return new Worker(`import('tsx/esm/api').then(({ register }) => { register(); return import(${url}) })`, {
    eval: true,
    workerData,
    env: SHARE_ENV,
  })
}
