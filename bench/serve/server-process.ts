/** A server under measurement: one or several processes, each of which listens on a port of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'

export interface Command {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

const START_SECONDS = 120
const STOP_SECONDS = 45

export class ServerProcess {
  private lastWords = ''

  private constructor(
    readonly port: number,
    readonly child: ChildProcess,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text: Buffer) => {
        this.lastWords = (this.lastWords + text.toString()).slice(-2000)
      })
    }
  }

  /**
   * Starts what `command` says for a free port, and waits until /readyz says yes. `ipc`: with a channel for messages. Throws
   * Error with the server's last words where it ends before, or takes too long.
   */
  static async start(command: (port: number) => Command, ipc = false): Promise<ServerProcess> {
    const port = await freePort()
    const { command: name, args, env } = command(port)
    const stdio: ('ignore' | 'pipe' | 'ipc')[] = ['ignore', 'pipe', 'pipe', ...(ipc ? ['ipc' as const] : [])]
    const child = spawn(name, args, { env: { ...process.env, ...env }, stdio })
    const server = new ServerProcess(port, child)
    const failed = new Promise<never>((_, reject) => {
      child.once('error', (error) => reject(new Error(`${name}: ${error.message}`)))
      child.once('exit', (code, signal) =>
        reject(new Error(`${name} ended with ${code ?? signal}:\n${server.lastWords}`)),
      )
    })
    failed.catch(() => {}) // its end is awaited where it is due
    await Promise.race([server.ready(), failed]).catch((error: unknown) => {
      child.kill('SIGKILL')
      throw error
    })
    return server
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  get pid(): number {
    return this.child.pid ?? 0
  }

  /** SIGTERM; where that does not do in time, SIGKILL. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const late = setTimeout(() => this.child.kill('SIGKILL'), STOP_SECONDS * 1000)
    this.child.kill('SIGTERM')
    await once(this.child, 'exit')
    clearTimeout(late)
  }

  private async ready(): Promise<void> {
    const deadline = Date.now() + START_SECONDS * 1000
    while (Date.now() < deadline) {
      const answer = await fetch(`${this.url}/readyz`).catch(() => undefined)
      await answer?.arrayBuffer()
      if (answer?.ok) return
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    throw new Error(`the server was not ready within ${START_SECONDS} s:\n${this.lastWords}`)
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('there is no free port')
  return address.port
}
