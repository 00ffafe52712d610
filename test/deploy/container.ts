/**
 * Runs what image.ts built as `docker run --read-only --tmpfs /tmp -v DATA:/data --cap-drop ALL` would: a root that
 * nothing can write to, processes and mounts of its own, the image's user without any capability, node as process 1.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { execForm, lastOf, pairsOf, type Stage } from './dockerfile.js'
import { imagePath, layerOf, lowerLayers, quote } from './image.js'

export interface Ended {
  readonly code: number | null
  readonly output: string
}

export class Container {
  private text = ''
  private readonly process: ChildProcess

  private constructor(
    private readonly stage: Stage,
    private readonly environment: Readonly<Record<string, string>>,
    script: string,
  ) {
    this.process = spawn('unshare', [
      '-m',
      '-p',
      '-f',
      '--kill-child',
      '--propagation',
      'private',
      'bash',
      '-c',
      script,
    ])
    this.process.stdout?.on('data', (chunk) => {
      this.text += chunk
    })
    this.process.stderr?.on('data', (chunk) => {
      this.text += chunk
    })
  }

  /** `data`: the folder that is /data inside. */
  static run(stage: Stage, work: string, data: string, environment: Record<string, string>, words: readonly string[]) {
    const root = join(work, 'running')
    mkdirSync(root, { recursive: true })
    const all = { PATH: imagePath, HOME: '/', ...pairsOf(stage, 'ENV'), ...environment }
    const command = [...execForm(lastOf(stage, 'ENTRYPOINT')), ...words]
    const script = [
      'set -eu',
      // Without an upper folder an overlay cannot be written to.
      `mount -t overlay overlay -o lowerdir=${layerOf(work, stage.name)}:${lowerLayers(stage, work)} ${root}`,
      `mount --bind ${data} ${root}${lastOf(stage, 'VOLUME')}`,
      `mount -t tmpfs -o size=64m,mode=1777 tmpfs ${root}/tmp`,
      `mount -t proc proc ${root}/proc`,
      `exec chroot ${root} ${asUser(stage, all, command)}`,
    ].join('\n')
    return new Container(stage, all, script)
  }

  get output(): string {
    return this.text
  }

  /** Resolves when node runs in there; throws what was printed where it ends before. */
  async started(): Promise<void> {
    while (this.isRunning()) {
      const child = this.firstChild()
      if (child !== undefined && readFileSync(`/proc/${child}/comm`, 'utf8') === 'node\n') return
      await setTimeout(10)
    }
    throw new Error(`The container has ended:\n${this.text}`)
  }

  /** What `docker exec` does: the same root, processes and user. */
  exec(command: readonly string[]): Ended {
    const inside = [
      '-t',
      String(this.firstProcess()),
      '-m',
      '-p',
      '-r',
      '-w',
      '/bin/sh',
      '-c',
      asUser(this.stage, this.environment, command),
    ]
    const { status, stdout, stderr } = spawnSync('nsenter', inside, { encoding: 'utf8' })
    return { code: status, output: stdout + stderr }
  }

  /** What `docker stop` does, without the kill that follows. */
  stop(): Promise<Ended> {
    process.kill(this.firstProcess(), 'SIGTERM')
    return this.ended()
  }

  /** Process 1 itself: unshare's --kill-child is forgotten when the user changes. All others inside end with it. */
  async kill(): Promise<void> {
    const child = this.isRunning() ? this.firstChild() : undefined
    if (child !== undefined) process.kill(child, 'SIGKILL')
    await this.ended()
  }

  async ended(): Promise<Ended> {
    if (this.isRunning()) await once(this.process, 'close')
    return { code: this.process.exitCode, output: this.text }
  }

  private isRunning(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null
  }

  /** Process 1 inside, by its number outside. */
  private firstProcess(): number {
    const child = this.firstChild()
    if (child === undefined) throw new Error(`The container has ended:\n${this.text}`)
    return child
  }

  private firstChild(): number | undefined {
    const { pid } = this.process
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    return /^\d+$/.test(children) ? Number(children) : undefined
  }
}

function asUser(stage: Stage, environment: Readonly<Record<string, string>>, command: readonly string[]): string {
  const [user, group] = lastOf(stage, 'USER').split(':')
  const settings = Object.entries(environment).map(([name, value]) => quote(`${name}=${value}`))
  return [
    `setpriv --pdeathsig KILL --reuid ${user} --regid ${group} --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all`,
    `env -i -C ${lastOf(stage, 'WORKDIR')} ${settings.join(' ')} ${command.map(quote).join(' ')}`,
  ].join(' ')
}
