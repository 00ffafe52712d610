/** A run: one server after the other on the same data, fault after fault, and what it has come to. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { idle } from './ask.js'
import { Dice } from './dice.js'
import { type FaultKind, faults, needsSmallDisk } from './faults.js'
import { Judge } from './judge.js'
import { Ledger, type Violation } from './ledger.js'
import { ModelVersions } from './model-versions.js'
import { buildProgram } from './program.js'
import { Reference } from './reference.js'
import { ServerProcess } from './server-process.js'
import { SmallDisk } from './small-disk.js'
import { Stage } from './stage.js'
import { Subjects } from './subjects.js'
import { Traffic } from './traffic.js'
import { WallClock } from './wall-clock.js'

export interface Order {
  readonly seed: number
  /** In their order. */
  readonly plan: readonly FaultKind[]
  /** Ids of each client that are of drawn glyphs, which take longer; the others are of waves. */
  readonly glyphIds: number
}

export interface Outcome {
  /** How many of each kind. */
  readonly injected: ReadonlyMap<FaultKind, number>
  /** Why some could not be injected. */
  readonly skipped: string | undefined
  readonly acknowledged: number
  readonly compared: number
  readonly violations: readonly Violation[]
  /** As the ledger has it. */
  readonly met: ReadonlyMap<string, number>
}

const clients = 4
const idsEach = 8

export async function runChaos({ seed, plan, glyphIds }: Order): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'reptile-chaos-'))
  const disk = SmallDisk.mount(join(folder, 'disk'))
  const undo: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
  if (disk instanceof SmallDisk) undo.unshift(() => disk.unmount())
  try {
    const dice = new Dice(seed)
    const subjects = new Subjects(glyphIds)
    const models = await ModelVersions.make(join(folder, 'models'), subjects.models)
    const program = buildProgram(join(folder, 'program'))
    const clock = new WallClock(folder)
    const common = { DEFAULT_MODEL: subjects.models[0] ?? '', WORKERS: '2', PREDICT_WORKERS: '1', READERS: '1' }
    const trueTime = join(folder, 'true-time')
    mkdirSync(trueTime)
    new WallClock(trueTime)
    const reference = await Reference.start(program, trueTime, models, subjects, common)
    undo.unshift(() => reference.stop())
    const data = join(folder, 'disk/data')
    const server = new ServerProcess(program, folder, {
      ...common,
      MODELS_DIR: models.served,
      DATA_DIR: data,
      HOT_BYTES: String(2 ** 20),
      MAX_REQUESTS: '16',
      REQUEST_SECONDS: '5',
      DRAIN_SECONDS: '10',
    })
    undo.unshift(() => server.end('SIGKILL'))
    const ledger = new Ledger(models, clock)
    const judge = new Judge(ledger, reference)
    const traffic = new Traffic(server, ledger, judge, subjects, dice.split(), clients, idsEach)
    const smallDisk = disk instanceof SmallDisk ? disk : undefined
    const dataFile = join(data, 'data.mdb')
    const stage = new Stage({
      dice,
      server,
      ledger,
      judge,
      traffic,
      subjects,
      clock,
      models,
      disk: smallDisk,
      folder,
      dataFile,
    })
    server.onCrash = (ending) => stage.crashed(ending)
    const injected = await play(stage, plan)
    const skipped = disk instanceof SmallDisk ? undefined : disk
    return {
      injected,
      skipped,
      acknowledged: ledger.acknowledged,
      compared: ledger.compared,
      violations: ledger.violations,
      met: ledger.met,
    }
  } finally {
    for (const step of undo) await step()
    idle.destroy()
  }
}

async function play(stage: Stage, plan: readonly FaultKind[]): Promise<Map<FaultKind, number>> {
  const { ledger, server, traffic, dice, disk } = stage.parts
  const injected = new Map<FaultKind, number>()
  const refusal = await stage.start()
  if (refusal !== undefined) throw new Error(`The server did not start: ${refusal}`)
  for (const [place, kind] of plan.entries()) {
    if (needsSmallDisk(kind) && !disk) continue
    ledger.scene = `fault ${place + 1}, ${kind}`
    ledger.excuses = new Set(faults[kind].explains)
    traffic.resume()
    await wait(dice.between(10, 80))
    await faults[kind].inject(stage)
    await wait(dice.between(10, 60))
    await stage.settle()
    injected.set(kind, (injected.get(kind) ?? 0) + 1)
    const logged = server.faults.splice(0)
    if (!ledger.excuses.has('internal'))
      for (const line of logged) ledger.note('other', `the log tells of ${line.slice(0, 1000)}`)
    // A server that is not what it should be stays so: what came first is what counts.
    if (ledger.violations.length > 20 || !server.isRunning) break
  }
  await stage.finishBackground()
  return injected
}

/** For people to read. */
export function describeOutcome({ injected, skipped, acknowledged, compared, violations, met }: Outcome): string {
  const answers = [...met].map(([kind, times]) => `${times} ${kind}`).join(', ')
  const count = (kind: Violation['kind']) => violations.filter((one) => one.kind === kind).length
  const all = [...injected.values()].reduce((sum, one) => sum + one, 0)
  const kinds = [...injected]
    .map(([kind, times]) => `${times} ${kind}`)
    .sort()
    .join(', ')
  const figures = `${acknowledged} acknowledged, ${compared} predictions compared, ${count('lost')} lost, ${count('wrong')} wrong, ${count('other')} other`
  return `chaos: ${all} faults (${kinds}); ${figures}; met: ${answers}${skipped ? `; no full disks: ${skipped}` : ''}`
}
