/** nginx with docs/nginx.conf, as an ordinary user's process in a folder of its own, listening on a socket file there. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { repository, tools } from './tools.js'

/** nobody, where the test itself is root. */
const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}

export const example = readFileSync(join(repository, 'docs/nginx.conf'), 'utf8')

/** The example with other words in some places; each must be there exactly once. */
export function changed(changes: Readonly<Record<string, string>>): string {
  return Object.entries(changes).reduce((text, [from, to]) => {
    if (text.split(from).length !== 2) throw new Error(`docs/nginx.conf does not have this once: ${from}`)
    return text.replace(from, to)
  }, example)
}

/** What nginx says of a configuration; empty where it has no complaint. */
export function complaints(folder: string, config: string, keys: string): string {
  write(folder, config, keys)
  const { status, stderr } = spawnSync(tools.nginx, [...words(folder), '-q', '-t'], { encoding: 'utf8', ...user })
  return status === 0 ? stderr : `${stderr} (${status})`
}

export class Nginx {
  readonly socketPath: string
  private readonly process: ChildProcess

  private constructor(private readonly folder: string) {
    this.socketPath = join(folder, 'gateway.sock')
    this.process = spawn(tools.nginx, [...words(folder), '-g', 'daemon off;'], { stdio: 'ignore', ...user })
  }

  /** `config`: with `listen SOCKET;` as its address. Resolves when it listens. */
  static async start(folder: string, keys: string, changes: Readonly<Record<string, string>>): Promise<Nginx> {
    write(folder, changed({ 'listen 8000;': `listen unix:${join(folder, 'gateway.sock')};`, ...changes }), keys)
    const nginx = new Nginx(folder)
    while (nginx.isRunning && !existsSync(nginx.socketPath)) await setTimeout(10)
    if (!nginx.isRunning) throw new Error(`nginx has ended: ${nginx.errors}`)
    return nginx
  }

  get errors(): string {
    return readFileSync(join(this.folder, 'error.log'), 'utf8')
  }

  get accesses(): string {
    return readFileSync(join(this.folder, 'access.log'), 'utf8')
  }

  async stop(): Promise<void> {
    if (!this.isRunning) return
    this.process.kill('SIGTERM')
    await once(this.process, 'close')
  }

  private get isRunning(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null
  }
}

function write(folder: string, config: string, keys: string): void {
  writeFileSync(join(folder, 'nginx.conf'), config)
  writeFileSync(join(folder, 'keys.map'), keys)
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid)
  chmodSync(folder, 0o755)
}

function words(folder: string): string[] {
  return ['-p', folder, '-c', 'nginx.conf', '-e', 'error.log']
}
