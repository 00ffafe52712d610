/** More adaptations at once than a server has time for: some are answered, the others refused at once, and none waits in vain. */
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ServerProcess } from './server-process.js'

const shipped = fileURLToPath(new URL('../../models/sine-mlp', import.meta.url))
const examples = [-4, -2, 0, 1, 3].map((x) => ({ target: [3 * Math.sin(x + 1)], input: { values: [x] } }))
const requestSeconds = 5
const clients = 30

let folder: string
let server: ServerProcess

async function start(): Promise<void> {
  server = await ServerProcess.start({
    MODELS_DIR: join(folder, 'models'),
    STORE: 'memory',
    DEFAULT_MODEL: 'sine-mlp',
    WORKERS: 1,
    READERS: 1,
    MAX_STEPS: 1_000_000,
    REQUEST_SECONDS: requestSeconds,
  })
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reptile-overload-'))
  await cp(shipped, join(folder, 'models', 'sine-mlp'), { recursive: true })
  await start()
})
afterAll(async () => {
  await server.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

async function adapt(id: string, steps: number) {
  const start = performance.now()
  const headers = { 'content-type': 'application/json' }
  // Small steps, which do not diverge however many there are.
  const body = JSON.stringify({ id, examples, steps, learningRate: 1e-6 })
  const response = await fetch(`${server.url}/adapt`, { method: 'POST', headers, body })
  const answer = JSON.parse(await response.text())
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
  return { status: response.status, answer, retryAfter, seconds: (performance.now() - start) / 1000 }
}

/** How many steps this machine does in half a second. */
async function halfASecond(): Promise<number> {
  const { answer } = await adapt('first', 5000)
  return Math.max(1, Math.round((500 * 5000) / answer.timing.computeMs))
}

async function crowd(steps: number) {
  const all = await Promise.all(Array.from({ length: clients }, (_, i) => adapt(`client-${i}`, steps)))
  expect(new Set(all.map(({ status }) => status))).toEqual(new Set([201, 429]))
  const refused = all.filter(({ status }) => status === 429)
  for (const { retryAfter } of refused) {
    expect(retryAfter).toBeGreaterThanOrEqual(1)
    expect(retryAfter).toBeLessThanOrEqual(requestSeconds)
  }
  return { accepted: all.filter(({ status }) => status === 201), refused }
}

// Time was promised at the speed that the machine had: where other work takes it away since, there is nothing to be seen.
test('who is let in is answered in time, the others at once', { retry: 2 }, async () => {
  const steps = await halfASecond()
  const { accepted, refused } = await crowd(steps)
  expect(accepted.length).toBeGreaterThan(2)
  const slowest = Math.max(...refused.map(({ seconds }) => seconds))
  expect(slowest).toBeLessThan(Math.max(...accepted.map(({ seconds }) => seconds)))
})

test('a server that has not measured anything finds out in time', { retry: 2 }, async () => {
  const steps = await halfASecond()
  await server.kill('SIGKILL')
  await start()
  await crowd(steps)
})
