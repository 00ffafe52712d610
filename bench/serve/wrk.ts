/** Load from wrk (github.com/wg/wrk), which costs a fraction of what the servers do. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import { Unavailable } from '../inner/contender.js'

const script = fileURLToPath(new URL('./load.lua', import.meta.url))

export interface Load {
  /** Such as http://127.0.0.1:8080/predict. */
  readonly url: string
  /** Each takes an even share of the connections: a balancer that spreads perfectly. Empty: the url's own. */
  readonly ports: readonly number[]
  /** A file, with @ID@ where the id goes. */
  readonly bodyFile: string
  /** How many ids to choose from, `prefix`0 and on; 0: a fresh one each request. */
  readonly clients: number
  readonly prefix: string
  readonly connections: number
  readonly seconds: number
  /** Milliseconds that a connection waits before each request. */
  readonly pauseMs: number
}

const outcomeSchema = z.object({
  requests: z.number(),
  seconds: z.number(),
  /** Milliseconds, from the request's first byte to the answer's last. */
  p50: z.number(),
  p99: z.number(),
  max: z.number(),
  /** Answers that were not 2xx or 3xx. */
  refused: z.number(),
  /** Connections that failed, and answers that never came. */
  broken: z.number(),
})
export type Outcome = z.infer<typeof outcomeSchema>

/** Throws Unavailable where there is no wrk. */
export async function requireWrk(): Promise<void> {
  await promisify(execFile)('wrk', ['--version']).catch((error: { code?: unknown }) => {
    // It ends with status 1 after its version.
    if (error.code === 'ENOENT')
      throw new Unavailable('there is no wrk; install it (apt-get install wrk, brew install wrk).')
  })
}

export async function sendLoad(load: Load): Promise<Outcome> {
  const { url, ports, bodyFile, clients, prefix, connections, seconds, pauseMs } = load
  const threads = Math.max(1, Math.min(ports.length, connections))
  const own = [bodyFile, clients, prefix, pauseMs].map(String)
  const args = [
    '-t',
    threads,
    '-c',
    connections,
    '-d',
    `${seconds}s`,
    '--timeout',
    '60s',
    '-s',
    script,
    url,
    '--',
    ...own,
  ]
  const env = { ...process.env, WRK_PORTS: ports.join(' ') }
  const { stdout } = await promisify(execFile)('wrk', args.map(String), { env })
  return outcomeSchema.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''))
}
