/**
 * `npm run bench -- inner`: the inner loop that /adapt runs, against its peers, in one interleaved run.
 * docs/benchmarks.md says how to read the report. Ends with status 1 where a row is void.
 */
import { availableParallelism, cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { OnnxEngine } from '../src/engine/onnx/engine.js'
import { type Contender, type Mode, Unavailable } from './inner/contender.js'
import { MatmulProbe } from './inner/matmul-probe.js'
import { measure, type Skipped } from './inner/measure.js'
import { Ours } from './inner/ours.js'
import { PeerCrew } from './inner/peer-crew.js'
import { peers } from './inner/peers.js'
import { legend, printSection } from './inner/print.js'
import { makeSection, type Section } from './inner/report.js'
import { type Shape, shapeName, shapes } from './inner/shapes.js'
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
      const measured = await measure([ours, ...contenders], probe, task, { rounds: options.rounds, turnMs: 300 })
      yield makeSection(mode, task, { ...measured, skipped: [...skipped, ...measured.skipped] })
    }
  } finally {
    for (const crew of crews) await crew.close()
    await engine.close()
  }
}

async function startPeers(mode: Mode, wanted: readonly string[] | undefined) {
  const crews: PeerCrew[] = []
  const contenders: Contender[] = []
  const skipped: Skipped[] = []
  for (const peer of peers) {
    const variants = peer.variants.filter(({ name }) => !wanted || wanted.some((start) => name.startsWith(start)))
    if (variants.length === 0) continue
    try {
      const crew = await PeerCrew.start(await peer.command(), mode)
      crews.push(crew)
      contenders.push(...variants.map((variant) => crew.contender(variant)))
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      skipped.push({ name: peer.name, reason: error.message })
    }
  }
  return { crews, contenders, skipped }
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
