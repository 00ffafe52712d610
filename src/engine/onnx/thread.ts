/** One worker thread: does one thing at a time. The pool sees to it that it is not asked for two. */
import { Worker } from 'node:worker_threads'
import { EngineError, type Tensors } from '../engine.js'
import { Constants } from './constants.js'
import { createMailbox, putFeeds, takeResults } from './mailbox.js'
import type { CompiledProgram, Mailbox, Reply, Request, Results, WorkerSettings } from './protocol.js'

/** The thread ended while it was asked, or before. */
export class ThreadEndedError extends EngineError {}

export class EngineThread {
  private readonly worker: Worker
  private readonly mailboxes = new Map<number, Mailbox>()
  private readonly constants = new Constants()
  private waiting: { resolve: () => void; reject: (error: Error) => void } | undefined
  /** Why it cannot be asked any more. */
  private reason: string | undefined

  /** `onEnd` is called once, with the reason, when the thread has ended, however that came about. */
  constructor(settings: WorkerSettings, onEnd: (reason: string) => void) {
    this.worker = startWorker(settings)
    this.worker.on('message', (reply: Reply) => {
      const asked = this.waiting
      this.waiting = undefined
      if (reply.kind === 'failed') asked?.reject(new EngineError(`the onnx engine failed: ${reply.error}`))
      else asked?.resolve()
    })
    const end = (reason: string): void => {
      if (this.reason !== undefined) return
      this.reason = reason
      this.waiting?.reject(new ThreadEndedError(reason))
      onEnd(reason)
    }
    this.worker.once('error', (error) => end(`an onnx engine worker died: ${error.message}`))
    this.worker.once('exit', () => end('an onnx engine worker ended'))
  }

  async load(program: CompiledProgram): Promise<void> {
    const mailbox = createMailbox(program)
    await this.ask({ kind: 'load', program, mailbox })
    this.mailboxes.set(program.id, mailbox)
  }

  async run(program: number, feeds: Tensors, wanted: readonly string[], into: Results): Promise<Results> {
    if (this.reason !== undefined) throw new ThreadEndedError(this.reason)
    const mailbox = this.mailboxes.get(program)
    if (!mailbox) throw new EngineError(`program ${program} is not loaded`)
    const put = putFeeds(mailbox, feeds, this.constants)
    try {
      await this.ask({ kind: 'run', program, feeds: put, wanted, gone: this.constants.takeGone() })
    } catch (error) {
      // What the worker has taken in of a failed run is unknown.
      this.constants.clear()
      throw error
    }
    return takeResults(mailbox, wanted, into)
  }

  async unload(program: number): Promise<void> {
    await this.ask({ kind: 'unload', program })
    this.mailboxes.delete(program)
  }

  /** Ends the thread; resolves when it has ended. It must be idle: terminating a busy one would abort the process. */
  async close(): Promise<void> {
    if (this.reason !== undefined) return
    const ended = new Promise((resolve) => this.worker.once('exit', resolve))
    await this.ask({ kind: 'close' })
    await ended
  }

  private ask(request: Request): Promise<void> {
    if (this.reason !== undefined) return Promise.reject(new ThreadEndedError(this.reason))
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject }
      this.worker.postMessage(request)
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
