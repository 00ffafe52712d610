/**
 * `npm run bench -- serve`: the server against a peer in Python, in one interleaved run. docs/benchmarks.md says how to
 * read the report. Ends with status 1 where the two do not answer alike, or a row is void.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { largestDifference, TOLERANCE } from './serve/agree.js'
import { hardTask, writeBodies } from './serve/bodies.js'
import { ask, type Contender } from './serve/contender.js'
import { type Crowding, measureCrowding } from './serve/crowding.js'
import { build, startOurs } from './serve/ours.js'
import { type PeerName, peers as peerNames, startPeer } from './serve/peer.js'
import { legend, printCrowding, printSection } from './serve/print.js'
import { makeSection, type Section } from './serve/report.js'
import { type Case, CLIENT_PREFIX, measureCase } from './serve/turns.js'
import { requireWrk } from './serve/wrk.js'

const CLIENTS = 100
const STEPS = 5

interface Options {
  readonly json: boolean
  readonly rounds: number
  readonly seconds: number
  /** By the beginning of their names; undefined: all. */
  readonly cases: readonly string[] | undefined
  readonly connections: readonly number[]
  readonly peers: readonly PeerName[]
  /** A main.js that is already built, instead of this tree. */
  readonly built: string | undefined
}

export async function run(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv)
  const folder = await mkdtemp(join(tmpdir(), 'reptile-serve-bench-'))
  const contenders: Contender[] = []
  try {
    await requireWrk()
    await startAll(options, folder, contenders)
    await measureAll(options, contenders, folder)
  } finally {
    await Promise.all(contenders.flatMap(({ processes }) => processes.map((one) => one.stop())))
    await rm(folder, { recursive: true })
  }
}

/** Ours first. Fills `contenders` one by one, so that whatever has started can be stopped. */
async function startAll({ built, peers }: Options, folder: string, contenders: Contender[]): Promise<void> {
  const main = built ?? (await build())
  const dataOf = async (name: string): Promise<string> => {
    const path = join(folder, name)
    await mkdir(path)
    return path
  }
  contenders.push({ name: 'ours', processes: [await startOurs(main, await dataOf('ours'))] })
  for (const name of peers) {
    const [first, ...others] = await startPeer(name, await dataOf(name))
    if (first) contenders.push({ name, processes: [first, ...others] })
  }
}

async function measureAll(options: Options, contenders: readonly Contender[], folder: string): Promise<void> {
  const { json, rounds, seconds } = options
  const say = (text: string) => (json ? console.error(text) : console.log(text))
  const { adapt, long, predict } = await writeBodies(folder, STEPS)
  for (const contender of contenders) await prepare(contender)
  say(await compare(contenders))
  const cases: Case[] = options.connections.flatMap((connections) => [
    { name: 'predict, 1 client', path: '/predict', bodyFile: predict, clients: 1, connections },
    { name: `predict, ${CLIENTS} clients`, path: '/predict', bodyFile: predict, clients: CLIENTS, connections },
    { name: `adapt, 5 images, ${STEPS} steps`, path: '/adapt', bodyFile: adapt, clients: 0, connections },
  ])
  const wanted = (name: string) => !options.cases || options.cases.some((start) => name.startsWith(start))
  const sections: Section[] = []
  for (const one of cases.filter(({ name }) => wanted(name))) {
    const section = makeSection(one, await measureCase(contenders, one, { rounds, seconds }))
    sections.push(section)
    say(printSection(section))
  }
  const crowding: Crowding[] = []
  if (wanted('crowding')) {
    const files = { predictFile: predict, adaptFile: long }
    for (const contender of contenders)
      crowding.push(await measureCrowding(contender, { rounds, seconds: 4 * seconds, ...files }))
    say(printCrowding(crowding))
  }
  // Whoever answered wrongly under load has likely kept something wrong.
  say(await compare(contenders))
  const about = [
    `${rounds} rounds of ${seconds} s; ${cpus()[0]?.model}, ${availableParallelism()} cores, load now ${loadavg()[0]?.toFixed(2)}`,
    `Node ${process.version}`,
  ]
  console.log(json ? JSON.stringify({ about, sections, crowding }, null, 1) : [legend, ...about].join('\n'))
  if ([...sections.flatMap(({ rows }) => rows), ...crowding].some((row) => row.void)) process.exitCode = 1
}

/** Makes the clients that predictions ask, and warms every process up. */
async function prepare({ processes }: Contender): Promise<void> {
  for (const { url } of processes) {
    for (let i = 0; i < 3; i++) await ask(`${url}/adapt`, hardTask('warm', STEPS))
  }
  for (let client = 0; client < CLIENTS; client++) {
    await ask(`${processes[0].url}/adapt`, hardTask(CLIENT_PREFIX + client, STEPS))
  }
}

/** Sets the exit code where a peer does not do the same job. */
async function compare([ours, ...peers]: readonly Contender[]): Promise<string> {
  const lines: string[] = []
  for (const { name, processes } of peers) {
    for (const { url } of processes) {
      const difference = ours ? await largestDifference(ours.processes[0].url, url, STEPS) : Number.NaN
      // Not the other way round: what is not a number must not pass.
      const alike = difference <= TOLERANCE
      if (!alike) process.exitCode = 1
      lines.push(
        `${name}: losses and predictions differ from ours by ${difference.toExponential(1)}${alike ? '' : ', TOO MUCH: ALL IS VOID'}`,
      )
    }
  }
  return lines.join('\n')
}

function readOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      cases: { type: 'string' },
      connections: { type: 'string', default: '1,16' },
      peers: { type: 'string', default: 'tuned,plain' },
      built: { type: 'string' },
    },
  })
  return {
    json: values.json,
    rounds: Number(values.rounds ?? (values.quick ? 1 : 7)),
    seconds: Number(values.seconds ?? (values.quick ? 1 : 4)),
    cases: values.cases?.split(','),
    connections: values.connections.split(',').map(Number),
    peers: (Object.keys(peerNames) as PeerName[]).filter((name) => values.peers.split(',').includes(name.slice(6))),
    built: values.built,
  }
}
