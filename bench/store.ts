/**
 * `npm run bench -- store`: many adaptations on disk and 1% of them in memory, against all of them in memory; what starting
 * takes by how many are stored; what one takes in memory. Ends with status 1 where an answer is wrong.
 */
import { cp, mkdir, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises'
import { freemem, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Spread } from './inner/report.js'
import { ask, type Contender, pidsOf } from './serve/contender.js'
import { build, startOurs } from './serve/ours.js'
import { printSection } from './serve/print.js'
import { makeSection, type Section } from './serve/report.js'
import { CLIENT_PREFIX, measureCase } from './serve/turns.js'
import { anonymousBytes, settle } from './serve/usage.js'
import { requireWrk } from './serve/wrk.js'
import { type Filled, fill, makeTemplate } from './store/fill.js'
import { type StoredKind, storedKinds } from './store/kinds.js'
import { measureStarts } from './store/starts.js'

/** Part of all adaptations that the hot tier has room for. */
const HOT_PART = 0.01
const FEW = 100
/** Predictions at a time while all are asked once. */
const AT_ONCE = 16
/** How many clients are asked on both servers whether they answer alike. */
const CHECKED = 50

interface Options {
  readonly rounds: number
  readonly seconds: number
  readonly main: string
}

interface Report {
  readonly kind: string
  readonly count: number
  readonly filled: Filled
  readonly startMs: { readonly few: Spread; readonly all: Spread }
  /** Bytes of memory that one more hot adaptation takes, over those of its numbers. */
  readonly hotOverNumbers: number
  readonly sections: readonly Section[]
  /** Answers of the two servers that differ. */
  readonly wrong: number
}

export async function run(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      part: { type: 'string' },
      kinds: { type: 'string' },
      built: { type: 'string' },
    },
  })
  await requireWrk()
  const options: Options = {
    rounds: Number(values.rounds ?? (values.quick ? 1 : 5)),
    seconds: Number(values.seconds ?? (values.quick ? 1 : 4)),
    main: values.built ?? (await build()),
  }
  const part = Number(values.part ?? (values.quick ? 0.02 : 1))
  const reports: Report[] = []
  for (const kind of storedKinds.filter(({ name }) => !values.kinds || values.kinds.split(',').includes(name))) {
    const folder = await mkdtemp(join(tmpdir(), 'reptile-serve-store-'))
    try {
      const count = Math.round(kind.count * part)
      const report = await measure({ ...kind, count }, options, folder)
      reports.push(report)
      if (!values.json) console.log(print(report))
    } finally {
      await rm(folder, { recursive: true })
    }
  }
  if (values.json) console.log(JSON.stringify(reports, null, 1))
  const isVoid = ({ sections, wrong }: Report) => wrong > 0 || sections.some(({ rows }) => rows.some((row) => row.void))
  if (reports.some(isVoid)) process.exitCode = 1
}

async function measure(kind: StoredKind, { rounds, seconds, main }: Options, folder: string): Promise<Report> {
  const { name, count } = kind
  await requireRoom(kind, folder)
  const path = (part: string): string => join(folder, part)
  for (const part of ['template', 'few', 'all']) await mkdir(path(part))
  const template = await makeTemplate(main, path('template'), kind.task)
  await fill(path('few'), template, FEW)
  console.error(`storing ${count} adaptations of ${name} ...`)
  const filled = await fill(path('all'), template, count)
  await cp(path('all'), path('tiered'), { recursive: true })
  const [few, all] = (await measureStarts(main, [path('few'), path('all')], rounds)) as [Spread, Spread]

  const body = path('predict.json')
  await writeFile(body, JSON.stringify(kind.question('@ID@')))
  const total = filled.bytes * count
  // Every adaptation fits, whatever else the tier counts.
  const hot = await start('all hot', main, path('all'), 2 * total)
  const contenders = [hot]
  try {
    const room = Math.max(2 ** 20, Math.ceil(HOT_PART * total))
    const tiered = await start(`${100 * HOT_PART}% hot`, main, path('tiered'), room)
    contenders.push(tiered)
    console.error(`asking all ${count} once ...`)
    const hotBytes = await growthOf(hot, () => askAll(hot, kind))
    const wrong = await countDifferences(hot, tiered, kind)
    const sections: Section[] = []
    for (const connections of [1, 16]) {
      const title = `${name}: predict, random ones of ${count} clients`
      const what = { name: title, path: '/predict', bodyFile: body, clients: count, connections } as const
      sections.push(makeSection(what, await measureCase(contenders, what, { rounds, seconds })))
    }
    const hotOverNumbers = hotBytes / count / filled.numberBytes
    return { kind: name, count, filled, startMs: { few, all }, hotOverNumbers, sections, wrong }
  } finally {
    await Promise.all(contenders.flatMap(({ processes }) => processes.map((one) => one.stop())))
  }
}

async function start(name: string, main: string, folder: string, hotBytes: number): Promise<Contender> {
  return { name, processes: [await startOurs(main, folder, { STORE: 'lmdb', HOT_BYTES: String(hotBytes) })] }
}

/** Throws Error where two copies do not fit on the disk, or all of them not in memory. */
async function requireRoom({ name, count, diskBytes }: StoredKind, folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`
  const [disk, memory] = [2.5 * count * diskBytes, 1.5 * count * diskBytes]
  if (bavail * bsize < disk)
    throw new Error(`${count} of ${name} take ${gigabytes(disk)} in ${tmpdir()}; set TMPDIR to where there is room`)
  if (freemem() < memory)
    console.error(`${count} of ${name} take ${gigabytes(memory)} of memory, only ${gigabytes(freemem())} are free`)
}

/** Anonymous memory that `work` leaves behind. */
async function growthOf(contender: Contender, work: () => Promise<void>): Promise<number> {
  const pids = pidsOf(contender)
  await settle(pids)
  const before = await anonymousBytes(pids)
  await work()
  await settle(pids)
  return (await anonymousBytes(pids)) - before
}

async function askAll({ processes }: Contender, kind: StoredKind): Promise<void> {
  let next = 0
  const work = async (): Promise<void> => {
    while (next < kind.count) await ask(`${processes[0].url}/predict`, kind.question(CLIENT_PREFIX + next++))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}

/** Of clients that are cold on the second server: their answers must be the same to the last digit. */
async function countDifferences(hot: Contender, tiered: Contender, kind: StoredKind): Promise<number> {
  let wrong = 0
  const seen = new Set<string>()
  for (let i = 0; i < CHECKED; i++) {
    const question = kind.question(CLIENT_PREFIX + Math.floor((i * kind.count) / CHECKED))
    const answer = async ({ processes }: Contender) => predictionsOf(await ask(`${processes[0].url}/predict`, question))
    const [a, b] = [await answer(hot), await answer(tiered)]
    seen.add(a)
    if (a !== b) wrong++
  }
  // Clients differ in their weights, so their answers do.
  return seen.size > CHECKED / 2 ? wrong : CHECKED
}

function predictionsOf(answer: unknown): string {
  return JSON.stringify((answer as { predictions: unknown }).predictions)
}

function print({ kind, count, filled, startMs, hotOverNumbers, sections, wrong }: Report): string {
  const { median, min, max } = startMs.all
  const ms = (value: number) => value.toFixed(0)
  return [
    `${kind}: ${count} adaptations stored, ${filled.perSecond.toFixed(0)} a second`,
    `  ready after ${ms(median)} ms (${ms(min)}..${ms(max)}); with ${FEW} stored after ${ms(startMs.few.median)} ms (${ms(startMs.few.min)}..${ms(startMs.few.max)})`,
    `  a hot one takes ${hotOverNumbers.toFixed(3)} times the ${filled.numberBytes} bytes of its numbers; the store counts ${filled.bytes}`,
    `  ${wrong} of ${CHECKED} answers differ between the two servers`,
    ...sections.flatMap((section) => [printSection(section), `  kept of the rate with all hot: ${kept(section)}`, '']),
  ].join('\n')
}

function kept({ rows }: Section): string {
  const [, tiered] = rows
  if (!tiered) return '-'
  const { median, min, max } = tiered.ratio
  const percent = (ratio: number) => `${(100 / ratio).toFixed(0)}%`
  return `${percent(median)} (${percent(max)}..${percent(min)})`
}
