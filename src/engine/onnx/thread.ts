/** One worker thread: does one thing after the other, and may be asked for the next while it is busy. */
import { Worker } from 'node:worker_threads'
import { EngineError, type Tensors } from '../engine.js'
import { Constants } from './constants.js'
import { createMailbox, putFeeds, takeResults } from './mailbox.js'
import type { CompiledProgram, Mailbox, Reply, Request, Results, WorkerSettings } from './protocol.js'

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

export class EngineThread {
  private readonly worker: Worker
  /** Of every program, one for each run at hand. */
  private readonly mailboxes = new Map<number, readonly Mailbox[]>()
  private readonly idleMailboxes = Array.from({ length: runsAtHand }, (_, index) => index)
  private readonly constants: Constants
  /** In the order in which the thread answers. */
  private readonly asked: Asked[] = []
  /** Why it cannot be asked any more. */
  private reason: string | undefined

  /** `onEnd` is called once, with the reason, when the thread has ended, however that came about. */
  constructor(settings: WorkerSettings, onEnd: (reason: string) => void) {
    this.constants = new Constants(settings.constantBytes)
    this.worker = startWorker(settings)
    this.worker.on('message', (reply: Reply) => {
      const asked = this.asked.shift()
      if (reply.kind === 'failed') asked?.reject(new EngineError(`the onnx engine failed: ${reply.error}`))
      else asked?.resolve()
    })
    const end = (reason: string): void => {
      if (this.reason !== undefined) return
      this.reason = reason
      this.asked.splice(0).forEach(({ reject }, place) => {
        reject(new ThreadEndedError(reason, place === 0))
      })
      onEnd(reason)
    }
    this.worker.once('error', (error) => end(`an onnx engine worker died: ${error.message}`))
    this.worker.once('exit', () => end('an onnx engine worker ended'))
  }

  async load(program: CompiledProgram): Promise<void> {
    const mailboxes = Array.from({ length: runsAtHand }, () => createMailbox(program))
    // At once: a run that is asked for next comes after it.
    this.mailboxes.set(program.id, mailboxes)
    await this.ask({ kind: 'load', program, mailboxes })
  }

  /** At most `runsAtHand` at a time. */
  async run(program: number, feeds: Tensors, wanted: readonly string[], into: Results): Promise<Results> {
    if (this.reason !== undefined) throw new ThreadEndedError(this.reason, false)
    const mailboxes = this.mailboxes.get(program)
    if (!mailboxes) throw new EngineError(`program ${program} is not loaded`)
    const index = this.idleMailboxes.pop()
    const mailbox = index === undefined ? undefined : mailboxes[index]
    if (index === undefined || !mailbox) throw new EngineError(`more than ${runsAtHand} runs are asked of one worker`)
    try {
      const put = putFeeds(mailbox, feeds, this.constants)
      const gone = this.constants.takeGone()
      const handedOver = put.kept.map(([, , data]) => data.buffer)
      await this.ask({ kind: 'run', program, mailbox: index, feeds: put, wanted, gone }, handedOver)
      return takeResults(mailbox, wanted, into)
    } finally {
      this.idleMailboxes.push(index)
    }
  }

  async unload(program: number): Promise<void> {
    this.mailboxes.delete(program)
    await this.ask({ kind: 'unload', program })
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

/** Under tsx and vitest this file is TypeScript and so is the worker: a thread of Node 20 reads it after registering tsx. */
function startWorker(workerData: WorkerSettings): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL('./worker.js', import.meta.url), { workerData })
  const url = JSON.stringify(new URL('./worker.ts', import.meta.url).href)
  return new Worker(`import('tsx/esm/api').then(({ register }) => { register(); return import(${url}) })`, {
    eval: true,
    workerData,
  })
}
