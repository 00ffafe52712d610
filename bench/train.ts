/**
 * `npm run bench -- train`: meta-iterations per second of the paper's 5-way Omniglot setting on all cores, against
 * PyTorch, in one interleaved run. docs/benchmarks.md says how to read the report. Ends with status 1 where a row is void.
 */
import { availableParallelism, cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { OnnxEngine } from '../src/engine/onnx/engine.js'
import { MatmulProbe } from './inner/matmul-probe.js'
import { measure } from './inner/measure.js'
import { digestOf } from './inner/task.js'
import { ImagePool } from './train/image-pool.js'
import { Ours } from './train/ours.js'
import { startPeers } from './train/peers.js'
import { legend, printReport } from './train/print.js'
import { makeReport, type Report } from './train/report.js'

const SEED = 1

interface Options {
  readonly json: boolean
  readonly rounds: number
  /** About how long a turn takes. */
  readonly seconds: number
  /** Meta-iterations from the start to the last one whose losses are compared. */
  readonly iterations: number
  /** By the beginning of their names; undefined: all. */
  readonly peers: readonly string[] | undefined
}

export async function run(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv)
  const cores = availableParallelism()
  const load = loadavg()[0]?.toFixed(2)
  const { report, about } = await measureAll(cores, options)
  const all = [
    `${options.iterations} meta-iterations compared, ${options.rounds} rounds of ${options.seconds} s, seed ${SEED}`,
    `${cpus()[0]?.model}, ${cores} cores, load at the start ${load}`,
    `Node ${process.version}`,
    ...about,
  ]
  console.log(
    options.json
      ? JSON.stringify({ about: all, ...report }, null, 1)
      : [printReport(report), legend, ...all].join('\n'),
  )
  if (report.rows.some((row) => row.void)) process.exitCode = 1
}

async function measureAll(cores: number, options: Options): Promise<{ report: Report; about: readonly string[] }> {
  const engine = OnnxEngine.create({ workers: cores, threads: 1 })
  const { crews, contenders, skipped } = await startPeers(cores, options.peers)
  try {
    const probe = await MatmulProbe.create(engine, { name: 'throughput', seats: cores, threads: 1 })
    const ours = await Ours.create(engine, new ImagePool(SEED), options.iterations, SEED)
    const plan = { rounds: options.rounds, turnMs: 1000 * options.seconds, warmUps: 3 }
    const measured = await measure([ours, ...contenders], probe, ours.task, plan)
    await ours.close()
    const report = makeReport(cores, digestOf(ours.task), {
      ...measured,
      skipped: [...skipped, ...measured.skipped],
    })
    return { report, about: crews.map((crew) => crew.about) }
  } finally {
    for (const crew of crews) await crew.close()
    await engine.close()
  }
}

function readOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      json: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '3' },
      iterations: { type: 'string', default: '10' },
      peers: { type: 'string' },
    },
  })
  return {
    json: values.json,
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    iterations: Number(values.iterations),
    peers: values.peers?.split(','),
  }
}
