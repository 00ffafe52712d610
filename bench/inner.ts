/**
 * `npm run bench -- inner`: the inner loop that /adapt runs, against its peers, in one interleaved run.
 * docs/benchmarks.md says how to read the report. Ends with status 1 where a row is void.
 */
import { availableParallelism, cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { OnnxEngine } from '../src/engine/onnx/engine.js'
import type { Mode } from './inner/contender.js'
import { MatmulProbe } from './inner/matmul-probe.js'
import { measure } from './inner/measure.js'
import { Ours } from './inner/ours.js'
import { legend, printSection } from './inner/print.js'
import { makeSection, type Section } from './inner/report.js'
import { type Shape, shapeName, shapes } from './inner/shapes.js'
import { startPeers } from './inner/start-peers.js'
import { makeTask } from './inner/task.js'

const SEED = 1

interface Options {
  readonly json: boolean
  readonly rounds: number
  readonly steps: number
  readonly shapes: readonly Shape[]
  readonly modes: readonly Mode[]
  /** Variants of peers, by the beginning of their names. */
  readonly peers: readonly string[] | undefined
}

export async function run(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv)
  const about = new Set([
    `${options.steps} steps of Adam, ${options.rounds} rounds, seed ${SEED}`,
    `${cpus()[0]?.model}, ${availableParallelism()} cores, load at the start ${loadavg()[0]?.toFixed(2)}`,
    `Node ${process.version}`,
  ])
  const sections: Section[] = []
  for (const mode of options.modes) {
    for await (const section of measureMode(mode, options, about)) {
      sections.push(section)
      if (!options.json) console.log(printSection(section))
    }
  }
  console.log(options.json ? JSON.stringify({ about: [...about], sections }, null, 1) : [legend, ...about].join('\n'))
  if (sections.some(({ rows }) => rows.some((row) => row.void))) process.exitCode = 1
}

async function* measureMode(mode: Mode, options: Options, about: Set<string>): AsyncGenerator<Section> {
  const engine = OnnxEngine.create({ workers: mode.seats, threads: mode.threads })
  const { crews, contenders, skipped } = await startPeers(mode, options.peers)
  try {
    for (const crew of crews) about.add(crew.about)
    const probe = await MatmulProbe.create(engine, mode)
    const ours = new Ours(engine, mode)
    for (const shape of options.shapes) {
      console.error(`${mode.name}, ${shapeName(shape)} ...`)
      const task = makeTask(shape, options.steps, SEED)
      const plan = { rounds: options.rounds, turnMs: 300, warmUps: 3 }
      const measured = await measure([ours, ...contenders], probe, task, plan)
      yield makeSection(mode, task, { ...measured, skipped: [...skipped, ...measured.skipped] })
    }
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
      steps: { type: 'string', default: '20' },
      batches: { type: 'string' },
      modes: { type: 'string' },
      peers: { type: 'string' },
    },
  })
  const cores = availableParallelism()
  const modes: Mode[] = [
    { name: 'latency', seats: 1, threads: cores },
    { name: 'throughput', seats: cores, threads: 1 },
  ]
  const batches = values.batches?.split(',').map(Number)
  return {
    json: values.json,
    rounds: Number(values.rounds),
    steps: Number(values.steps),
    shapes: shapes.filter(({ batch }) => !batches || batches.includes(batch)),
    modes: modes.filter(({ name }) => !values.modes || values.modes.split(',').includes(name)),
    peers: values.peers?.split(','),
  }
}
