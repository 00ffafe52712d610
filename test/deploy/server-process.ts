/** The server as a process of its own, from source, with one small model. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { repository } from './tools.js'

export class ServerProcess {
  /** What it has logged so far: a JSON object a line. */
  readonly log: string[] = []
  port = 0
  private faults = ''
  private readonly process: ChildProcess

  /** `folder`: for its model; `settings` on top of those for a test. */
  private constructor(folder: string, settings: Readonly<Record<string, string>>) {
    const models = join(folder, 'models')
    mkdirSync(models, { recursive: true })
    cpSync(join(repository, 'models/sine-mlp'), join(models, 'sine-mlp'), { recursive: true })
    const own = { PORT: '0', HOST: '127.0.0.1', STORE: 'memory', WORKERS: '1', READERS: '1' }
    this.process = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
      cwd: repository,
      env: { PATH: process.env.PATH, MODELS_DIR: models, DEFAULT_MODEL: 'sine-mlp', ...own, ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.process.stderr?.on('data', (chunk) => {
      this.faults += chunk
    })
  }

  /** Resolves when it is ready; rejects with what it said where it ends before. */
  static async start(folder: string, settings: Readonly<Record<string, string>>): Promise<ServerProcess> {
    const server = new ServerProcess(folder, settings)
    await server.ready()
    return server
  }

  signal(name: 'SIGTERM' | 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    this.process.kill(name)
  }

  get isRunning(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null
  }

  async exitCode(): Promise<number | null> {
    if (this.isRunning) await once(this.process, 'close')
    return this.process.exitCode
  }

  /** A line of the log that fits; waits, because lines are written in batches. */
  async logged(fits: (line: string) => boolean): Promise<string> {
    for (;;) {
      const found = this.log.find(fits)
      if (found !== undefined) return found
      await setTimeout(20)
    }
  }

  private async ready(): Promise<void> {
    const { stdout } = this.process
    if (stdout) createInterface(stdout).on('line', (line) => this.log.push(line))
    while (this.isRunning) {
      const line = this.log.find((one) => one.includes('"msg":"ready"'))
      const port = /"address":"[^"]*:(\d+)"/.exec(line ?? '')?.[1]
      if (port !== undefined) {
        this.port = Number(port)
        return
      }
      await setTimeout(20)
    }
    throw new Error(`The server has ended: ${this.faults}`)
  }
}
