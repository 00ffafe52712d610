/** The life of a worker thread: it answers one request after the other, in their order. */
import { type MessagePort, parentPort } from 'node:worker_threads'
import type { Mailbox, Reply, Request, Runtime } from './protocol.js'

export function answerRequests(runtime: Runtime): void {
  const port = parentPort
  if (!port) throw new Error('an engine worker runs in a worker thread only')
  const worker = new EngineWorker(runtime, port)
  port.on('message', (request: Request) => worker.take(request))
}

class EngineWorker {
  private last = Promise.resolve()
  /** By the number of their program. */
  private readonly mailboxes = new Map<number, readonly Mailbox[]>()
  private readonly programs = new Map<number, readonly number[]>()

  constructor(
    private readonly runtime: Runtime,
    private readonly port: MessagePort,
  ) {}

  take(request: Request): void {
    this.last = this.last.then(() => this.reply(request))
  }

  private async reply(request: Request): Promise<void> {
    try {
      await this.answer(request)
      this.port.postMessage({ kind: 'done' } satisfies Reply)
      if (request.kind === 'close') this.port.close()
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      const outOfMemory = this.runtime.isOutOfMemory(error)
      this.port.postMessage({ kind: 'failed', error: text, outOfMemory } satisfies Reply)
    }
  }

  private async answer(request: Request): Promise<void> {
    switch (request.kind) {
      case 'load': {
        const { model, mailboxes } = request
        await this.runtime.load(model)
        model.programs.forEach(({ id }, place) => {
          this.mailboxes.set(id, mailboxes[place] ?? [])
        })
        this.programs.set(
          model.id,
          model.programs.map(({ id }) => id),
        )
        return
      }
      case 'run': {
        this.runtime.keep(request)
        try {
          const mailbox = this.mailboxes.get(request.program)?.[request.mailbox]
          if (!mailbox) throw new Error(`program ${request.program} is not loaded`)
          await this.runtime.run(request, mailbox)
        } finally {
          this.runtime.letGo(request)
        }
        return
      }
      case 'unload':
        return this.unload(request.model)
      case 'close':
        for (const model of [...this.programs.keys()]) await this.unload(model)
    }
  }

  private async unload(model: number): Promise<void> {
    for (const program of this.programs.get(model) ?? []) this.mailboxes.delete(program)
    this.programs.delete(model)
    await this.runtime.unload(model)
  }
}
