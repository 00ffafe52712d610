/** The command line as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const tsx = import.meta.resolve('tsx')

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly output: string
  readonly errors: string
}

export class CommandProcess {
  private output = ''
  private errors = ''
  private readonly child: ChildProcess
  readonly ended: Promise<Ended>

  constructor(...argv: readonly string[]) {
    this.child = spawn(process.execPath, ['--import', tsx, main, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.child.stdout?.on('data', (text: Buffer) => {
      this.output += text
    })
    this.child.stderr?.on('data', (text: Buffer) => {
      this.errors += text
    })
    this.ended = once(this.child, 'close').then(([code, signal]) => ({
      code,
      signal,
      output: this.output,
      errors: this.errors,
    }))
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }

  get pid(): number | undefined {
    return this.child.pid
  }
}
