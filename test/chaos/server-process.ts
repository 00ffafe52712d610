/** One server process after the other on the same data: started, ended in every way, watched. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const inside = fileURLToPath(new URL('inside.mjs', import.meta.url))

/** Of a start on a machine that is busy with something else; in milliseconds. */
const patience = 60_000

export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** What it wrote to stderr. */
  readonly words: string
}

export class ServerProcess {
  port = 0
  /** How many ends it was asked to come to. */
  ends = 0
  /** Lines of the log that tell of a fault of the server's own. */
  readonly faults: string[] = []
  /** Of a process that ended without having been asked to. */
  onCrash: ((ending: Ending) => void) | undefined
  private child: ChildProcess | undefined
  private words = ''
  private ended: Promise<Ending> | undefined
  private asked = false

  /** `folder`: where inside.mjs is told what to do; `program`: the file to start. */
  constructor(
    private readonly program: string,
    private readonly folder: string,
    private readonly settings: Readonly<Record<string, string>>,
  ) {}

  /** Undefined when it is ready; otherwise how it ended before that. */
  async start(): Promise<Ending | undefined> {
    this.asked = false
    this.words = ''
    const child = spawn(process.execPath, [this.program], {
      env: {
        PATH: process.env.PATH,
        PORT: '0',
        HOST: '127.0.0.1',
        CHAOS_FOLDER: this.folder,
        // Threads that are started with arguments of their own have these as well.
        NODE_OPTIONS: `--import=${inside}`,
        ...this.settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.child = child
    child.stderr?.on('data', (text: Buffer) => {
      this.words = (this.words + text).slice(-4000)
    })
    const ended = once(child, 'close').then(([code, signal]): Ending => ({ code, signal, words: this.words }))
    this.ended = ended
    const ready = this.ready(child)
    const first = await Promise.race([ready, ended, wait(patience, 'late' as const, { ref: false })])
    if (first === 'ready') {
      void ended.then((ending) => {
        if (!this.asked) this.onCrash?.(ending)
      })
      return undefined
    }
    if (first !== 'late') return first
    child.kill('SIGKILL')
    return { ...(await ended), words: `not ready within ${patience} ms\n${this.words}` }
  }

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null
  }

  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.child?.kill(name)
  }

  /** Ends it and says how it ended. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<Ending> {
    this.asked = true
    this.ends++
    this.child?.kill(signal)
    const ending = await Promise.race([this.ended, wait(patience, undefined, { ref: false })])
    if (ending) return ending
    this.child?.kill('SIGKILL')
    await this.ended
    return { code: null, signal: null, words: `did not end within ${patience} ms of ${signal}` }
  }

  private ready(child: ChildProcess): Promise<'ready'> {
    return new Promise((resolve) => {
      if (!child.stdout) return
      createInterface(child.stdout).on('line', (line) => {
        if (line.includes('"msg":"fault"')) this.faults.push(line)
        const port = line.includes('"msg":"ready"') && /"address":"[^"]*:(\d+)"/.exec(line)?.[1]
        if (!port) return
        this.port = Number(port)
        resolve('ready')
      })
    })
  }
}
