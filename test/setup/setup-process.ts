/** The command as a process of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../src/setup/main.ts', import.meta.url))
const tsx = import.meta.resolve('tsx')

export class SetupProcess {
  output = ''
  errors = ''
  private readonly child

  constructor(cwd: string, env: NodeJS.ProcessEnv, ...argv: readonly string[]) {
    this.child = spawn(process.execPath, ['--import', tsx, main, ...argv], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.output += text
    })
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text
    })
  }

  /** Until it says so. */
  async until(text: string): Promise<void> {
    while (!this.output.includes(text)) await once(this.child.stdout, 'data')
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }

  async ended(): Promise<{ code: number | null; output: string; errors: string }> {
    const [code] = await once(this.child, 'close')
    return { code, output: this.output, errors: this.errors }
  }
}
