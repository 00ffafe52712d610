/** The server as a process of its own, started as `npm start` does, from the sources. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import type { Readable } from 'node:stream'
import { fileURLToPath, pathToFileURL } from 'node:url'

import { engineSettings } from '../engines.js'

type Child = ChildProcessByStdio<null, Readable, Readable>
type Settings = Readonly<Record<string, string | number>>
export type Line = Readonly<Record<string, unknown>>

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href

/** Of the environment only what finds programs; the settings are all there is. */
function start(settings: Settings, timeout?: number): Child {
  const env = Object.fromEntries(
    Object.entries({ ...engineSettings(), ...settings }).map(([name, value]) => [name, String(value)]),
  )
  return spawn(process.execPath, ['--import', tsx, main], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(timeout !== undefined && { timeout, killSignal: 'SIGKILL' }),
  })
}

/** Milliseconds in which a start must have failed. */
const patience = 50_000

/** What a start that fails says, and its exit code: null where it neither fails nor ends. */
export async function failedStart(settings: Settings): Promise<{ code: number | null; said: string }> {
  const child = start(settings, patience)
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text))
  const [code] = await once(child, 'close')
  return { code, said }
}

export class ServerProcess {
  /** Of its log. */
  readonly lines: Line[] = []
  private said = ''
  private rest = ''
  readonly ended: Promise<unknown[]>

  private constructor(private readonly child: Child) {
    child.stdout.on('data', (text) => this.hear(String(text)))
    child.stderr.on('data', (text) => (this.said += text))
    this.ended = once(child, 'close')
  }

  /** Resolves when it is ready; throws Error with its last words where it ends before. */
  static async start(settings: Settings): Promise<ServerProcess> {
    const server = new ServerProcess(start({ PORT: 0, HOST: '127.0.0.1', ...settings }))
    await Promise.race([server.logged('ready'), server.ended])
    if (server.line('ready')) return server
    throw new Error(`The server did not start: ${server.said}`)
  }

  get url(): string {
    return `http://${this.line('ready')?.address}`
  }

  line(message: string): Line | undefined {
    return this.lines.find(({ msg }) => msg === message)
  }

  async logged(message: string): Promise<void> {
    while (!this.line(message)) await once(this.child.stdout, 'data')
  }

  async post(path: string, body: unknown) {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(this.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: response.status, body: JSON.parse(await response.text()) }
  }

  async get(path: string): Promise<string> {
    return (await fetch(this.url + path)).text()
  }

  /** Resolves with the exit code: null where a signal ended it. */
  async kill(signal: NodeJS.Signals): Promise<unknown> {
    this.child.kill(signal)
    const [code] = await this.ended
    return code
  }

  private hear(text: string): void {
    const lines = (this.rest + text).split('\n')
    this.rest = lines.pop() ?? ''
    this.lines.push(...lines.map((line) => JSON.parse(line)))
  }
}
