/**
 * `npm run bench -- engines`: inner steps of several clients at once on this project's engines, against eager TensorFlow.js, in one
 * interleaved run on the device that TensorFlow finds. docs/gpu.md says how to read the report. Ends with status 1 where a row is void.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { CompiledEngine } from './engines/compiled-engine.js'
import { type Device, findDevice } from './engines/device.js'
import { kindsOf } from './engines/kinds.js'
import { legend, printSection } from './engines/print.js'
import { type Entry, makeSection, type Section } from './engines/report.js'
import { measure } from './inner/measure.js'
import { type Shape, shapeName, shapes } from './inner/shapes.js'
import { type Peers, startPeers } from './inner/start-peers.js'
import { makeTask } from './inner/task.js'

const SEED = 1

interface Options {
  readonly json: boolean
  readonly rounds: number
  readonly steps: number
  readonly clients: readonly number[]
  readonly shapes: readonly Shape[]
}

export async function run(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv)
  const device = await findDevice()
  const cores = availableParallelism()
  const load = loadavg()[0]?.toFixed(2)
  const cacheDir = await mkdtemp(join(tmpdir(), 'reptile-compiled-'))
  const peers = await startPeers({ name: 'latency', seats: 1, threads: cores }, ['tfjs-node eager'])
  const about = [
    `TensorFlow ${device.version} on ${device.name}; ${cpus()[0]?.model}, ${cores} cores, load at the start ${load}`,
    `${options.steps} steps of Adam, ${options.rounds} rounds, seed ${SEED}; Node ${process.version}`,
    ...peers.crews.map((crew) => crew.about),
  ]
  const sections: Section[] = []
  try {
    for (const shape of options.shapes) {
      console.error(`${shapeName(shape)} ...`)
      const section = await measureShape(shape, { ...options, device, cacheDir, peers })
      sections.push(section)
      if (!options.json) console.log(printSection(section))
    }
  } finally {
    for (const crew of peers.crews) await crew.close()
    await rm(cacheDir, { recursive: true, force: true })
  }
  console.log(options.json ? JSON.stringify({ about, device, sections }, null, 1) : [legend, ...about].join('\n'))
  if (sections.some(({ rows }) => rows.some((row) => row.void))) process.exitCode = 1
}

interface Setting extends Omit<Options, 'shapes'> {
  readonly device: Device
  readonly cacheDir: string
  readonly peers: Peers
}

async function measureShape(shape: Shape, setting: Setting): Promise<Section> {
  const task = makeTask(shape, setting.steps, SEED)
  const engines: CompiledEngine[] = []
  try {
    for (const kind of kindsOf(setting.device, setting.cacheDir)) engines.push(await CompiledEngine.start(kind, task))
    const ours = engines.flatMap((engine) => setting.clients.map((clients) => engine.entry(clients)))
    const eager = setting.peers.contenders.map((contender): Entry => ({ contender, clients: 1 }))
    const entries = [...ours, ...eager]
    const plan = { rounds: setting.rounds, turnMs: 300, warmUps: 1 }
    const measured = await measure(
      entries.map(({ contender }) => contender),
      undefined,
      task,
      plan,
    )
    const skipped = [...setting.peers.skipped, ...measured.skipped]
    return makeSection(setting.device, task, entries, { ...measured, skipped }, engines)
  } finally {
    for (const engine of engines) await engine.close()
  }
}

function readOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      json: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '5' },
      steps: { type: 'string', default: '20' },
      clients: { type: 'string', default: '1,8,64' },
      batches: { type: 'string', default: '5,25' },
    },
  })
  const batches = values.batches.split(',').map(Number)
  return {
    json: values.json,
    rounds: Number(values.rounds),
    steps: Number(values.steps),
    clients: values.clients.split(',').map(Number),
    shapes: shapes.filter(({ batch }) => batches.includes(batch)),
  }
}
