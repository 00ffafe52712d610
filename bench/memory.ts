/** `npm run bench -- memory`: resident memory of a server over ten thousand adaptations in a row; ENGINE says of which. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { parseArgs, promisify } from 'node:util'

const PORT = 8137
const REPORTS = 20
/** The first fifth fills caches and arenas; from then on the memory must not grow by more than this. */
const ALLOWED_GROWTH = 1.05

/** `--requests`, `--steps` of an adaptation, `--clients` ids in turn, `--parallel` requests at a time. */
export async function run(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      requests: { type: 'string', default: '10000' },
      steps: { type: 'string', default: '5' },
      clients: { type: 'string', default: '100' },
      parallel: { type: 'string', default: '4' },
    },
  })
  const [requests, steps, clients, parallel] = [values.requests, values.steps, values.clients, values.parallel].map(
    Number,
  ) as [number, number, number, number]
  const server = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
    env: { ...process.env, PORT: String(PORT), HOST: '127.0.0.1', STORE: 'memory' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface(server.stdout)) if (line.includes('"msg":"ready"')) break
  const url = `http://127.0.0.1:${PORT}`
  const sample = (await (await fetch(`${url}/samples/adapt.json`)).json()) as object
  let next = 0
  const work = async () => {
    while (next < requests) {
      const number = next++
      const body = JSON.stringify({ ...sample, id: `client-${number % clients}`, steps })
      const answer = await fetch(`${url}/adapt`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      })
      if (answer.status !== 201)
        throw new Error(`request ${number} was answered ${answer.status}: ${await answer.text()}`)
      await answer.arrayBuffer()
      if ((number + 1) % (requests / REPORTS) === 0) sizes.push(await report(number + 1, server.pid ?? 0))
    }
  }
  const sizes: number[] = []
  await Promise.all(Array.from({ length: parallel }, work))
  server.kill('SIGTERM')
  await once(server, 'exit')
  const settled = Math.max(...sizes.slice(0, REPORTS / 5))
  const growth = Math.max(...sizes.slice(REPORTS / 5)) / settled
  console.log(`largest size after the first fifth over the largest in it: ${growth.toFixed(3)}`)
  if (growth > ALLOWED_GROWTH) process.exitCode = 1
}

async function report(done: number, pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)])
  const megabytes = Number(stdout) / 1024
  console.log(`${done} adaptations: ${megabytes.toFixed(0)} MB`)
  return megabytes
}
