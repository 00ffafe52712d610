/** The faults. Each leaves the server running; clients are at work when it comes, and afterwards. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { RecordKind } from '../../src/store/record-format.js'
import { damageRecord } from './damage.js'
import type { Entry } from './entry.js'
import { writing } from './questions.js'
import { crawl, hangUpBeforeAnswer, hangUpWhileSending, stall } from './rude-clients.js'
import type { Stage } from './stage.js'

export interface Fault {
  /** How many of a hundred faults are of this kind. */
  readonly share: number
  /** Problems that clients may meet because of it, and `broken` for connections. */
  readonly explains: readonly string[]
  inject(stage: Stage): Promise<void>
}

const hour = 3_600_000
/** More adaptations than fit into what is usually left. */
const mostFillers = 200

export const faults = {
  'kill -9': { share: 12, explains: ['broken', 'starting'], inject: (stage) => stage.restart('SIGKILL') },
  'kill -9 during puts': { share: 14, explains: ['broken', 'starting'], inject: killDuringPuts },
  'SIGTERM restart': {
    share: 8,
    explains: ['broken', 'draining', 'starting'],
    inject: (stage) => stage.restart('SIGTERM'),
  },
  'SIGTERM after start': { share: 3, explains: ['broken', 'draining', 'starting'], inject: stopAfterStart },
  'hang up while sending': { share: 9, explains: [], inject: hangUpsWhileSending },
  'hang up before the answer': { share: 9, explains: [], inject: hangUpsBeforeAnswers },
  'slow client': { share: 7, explains: ['request-timeout'], inject: slowClient },
  'request that never ends': { share: 4, explains: [], inject: endlessRequest },
  'too many requests': { share: 3, explains: ['queue-full'], inject: crowd },
  'process paused': { share: 3, explains: [], inject: pauseProcess },
  'full disk': { share: 6, explains: ['no-room'], inject: fullDisk },
  'full disk and kill -9': { share: 4, explains: ['no-room', 'broken', 'starting'], inject: fullDiskAndKill },
  'damaged record': { share: 8, explains: [], inject: damagedRecords },
  'clock jump': { share: 5, explains: [], inject: clockJump },
  'model replaced': { share: 3, explains: ['broken', 'draining', 'starting'], inject: replacedModel },
  'engine thread ends': { share: 2, explains: [], inject: (stage) => endThread(stage, 'engine') },
  // The request that it was reading is lost with it.
  'reader thread ends': { share: 2, explains: ['internal'], inject: (stage) => endThread(stage, 'reader') },
} as const satisfies Record<string, Fault>

export type FaultKind = keyof typeof faults

export function needsSmallDisk(kind: FaultKind): boolean {
  return kind.startsWith('full disk')
}

async function killDuringPuts(stage: Stage): Promise<void> {
  const { dice } = stage.parts
  const writes = burst(stage, 6)
  await wait(dice.between(0, 40))
  await stage.restart('SIGKILL')
  await Promise.all(writes)
}

async function stopAfterStart(stage: Stage): Promise<void> {
  await stage.restart('SIGTERM')
  await stage.restart('SIGTERM')
}

async function hangUpsWhileSending(stage: Stage): Promise<void> {
  const { traffic, dice, subjects, ledger } = stage.parts
  const one = async () => {
    const entry = traffic.spare(dice)
    const operation = { kind: 'put', content: subjects.content(entry.id, dice), number: ledger.nextNumber() } as const
    await traffic.write(entry, operation, dice.chance(0.3), hangUpWhileSending(stage.port, dice))
  }
  await Promise.all([one(), one(), one()])
}

async function hangUpsBeforeAnswers(stage: Stage): Promise<void> {
  const { traffic, dice } = stage.parts
  const one = async () => {
    const entry = traffic.spare(dice)
    const send = hangUpBeforeAnswer(stage.port, dice.between(0, 25))
    if (dice.chance(0.3)) await traffic.predict(entry, send)
    else await traffic.write(entry, traffic.operation(entry, dice), dice.chance(0.3), send)
  }
  await Promise.all([one(), one(), one()])
}

async function slowClient({ parts: { traffic, dice }, port }: Stage): Promise<void> {
  const entry = traffic.spare(dice)
  const send = crawl(port, 0)
  await Promise.all([
    traffic.write(entry, traffic.operation(entry, dice), dice.chance(0.3), send),
    traffic.predict(traffic.spare(dice), send),
  ])
}

async function endlessRequest(stage: Stage): Promise<void> {
  const { subjects, dice } = stage.parts
  const operation = { kind: 'put', content: subjects.content('stalled-9', dice), number: 0 } as const
  stage.expectTimeout(stall(stage.port(), writing('stalled-9', operation, dice.chance(0.3)), dice.split()))
  // Most go on beside the next faults, and end with the server; some are waited for.
  if (dice.chance(0.3)) await stage.finishBackground()
}

/** More at once than the server takes on, under ids of their own. */
async function crowd({ parts: { ledger, traffic, dice } }: Stage): Promise<void> {
  const entries = Array.from({ length: 40 }, (_, place) => ledger.entry(`crowd-${place}`))
  await Promise.all(entries.map((entry) => traffic.write(entry, traffic.operation(entry, dice), false)))
}

async function pauseProcess({ parts: { server, dice } }: Stage): Promise<void> {
  server.signal('SIGSTOP')
  await wait(dice.between(50, 500))
  server.signal('SIGCONT')
}

async function fullDisk(stage: Stage): Promise<void> {
  const { dice, disk } = stage.parts
  const written = await fillUp(stage)
  await Promise.all(burst(stage, 6))
  await wait(dice.between(0, 150))
  // What cannot be written can still be read; and deleted, sooner or later.
  if (dice.chance(0.5)) await stage.settle()
  if (dice.chance(0.5)) await deleteAll(stage, written)
  disk?.free()
  await deleteAll(stage, written)
}

async function fullDiskAndKill(stage: Stage): Promise<void> {
  const { dice, disk, ledger } = stage.parts
  const written = await fillUp(stage)
  const writes = burst(stage, 6)
  await wait(dice.between(0, 60))
  await stage.end('SIGKILL')
  await Promise.all(writes)
  const refusal = await stage.start()
  if (refusal !== undefined && !/is on a full disk/.test(refusal))
    ledger.note('other', `on a full disk it says ${refusal}`)
  disk?.free()
  if (refusal !== undefined) await stage.restart('SIGKILL')
  await deleteAll(stage, written)
}

/** Fills the disk, then what room the store has left in its own file, until it says that there is none; says with what. */
async function fillUp({ parts: { dice, disk, traffic, ledger } }: Stage): Promise<Entry[]> {
  disk?.fill(dice.pick([0, 0, 30_000, 2 ** 20, 4 * 2 ** 20]))
  const written: Entry[] = []
  for (let more = 0; more < mostFillers; more++) {
    const entry = ledger.entry(`filler-${10 + more}`)
    const operation = { kind: 'put', content: traffic.contentFor(entry, dice), number: ledger.nextNumber() } as const
    const reply = await traffic.write(entry, operation, false)
    if (typeof reply !== 'string' && reply.status === 507) break
    written.push(entry)
  }
  return written
}

async function deleteAll({ parts: { traffic, ledger } }: Stage, entries: readonly Entry[]): Promise<void> {
  const there = entries.filter(({ mayExist, reported }) => mayExist && !reported)
  const removal = (entry: Entry) => traffic.write(entry, { kind: 'delete', number: ledger.nextNumber() }, false)
  await Promise.all(there.map(removal))
}

async function damagedRecords(stage: Stage): Promise<void> {
  const { dice, traffic, ledger, dataFile } = stage.parts
  await stage.settle()
  const known = [...ledger.entries.values()].filter(({ certain, reported }) => certain && !reported)
  const chosen = Array.from({ length: Math.min(known.length, 1 + dice.below(3)) }, () => dice.pick(known))
  await stage.restart(dice.pick(['SIGKILL', 'SIGTERM']), () => {
    for (const entry of new Set(chosen)) damage(stage, entry, dataFile)
  })
  await stage.settle()
  // Of what nothing can be told, lists cannot tell either: it is replaced or deleted.
  for (const entry of new Set(chosen)) {
    const number = ledger.nextNumber()
    if (!entry.certain?.damage.has('info') && dice.chance(0.5)) continue
    if (dice.chance(0.3)) await traffic.write(entry, { kind: 'delete', number }, false)
    else await traffic.write(entry, { kind: 'put', content: traffic.contentFor(entry, dice), number }, false)
  }
  traffic.resume()
}

function damage({ parts: { dice, ledger } }: Stage, entry: Entry, dataFile: string): void {
  const value = entry.certain
  if (!value) return
  const kept: Record<typeof value.content.retention, readonly RecordKind[]> = {
    both: ['info', 'learned', 'learned', 'examples'],
    weights: ['info', 'learned'],
    examples: ['info', 'examples'],
  }
  const kind = dice.pick(kept[value.content.retention])
  const copies = damageRecord(dataFile, entry.id, value.version, kind, dice)
  if (copies === 0 && !value.damage.has(kind))
    ledger.note('lost', `${entry.id} has no ${kind} of version ${value.version} on disk`)
  entry.damage(kind)
}

async function clockJump({ parts: { clock, dice } }: Stage): Promise<void> {
  const there = dice.between(0.1, 30) * hour * dice.pick([1, 1, -1])
  clock.jump(there)
  await wait(dice.between(20, 120))
  if (dice.chance(0.5)) clock.jump(-there)
}

async function replacedModel(stage: Stage): Promise<void> {
  const { dice, models, traffic } = stage.parts
  // Until the new one is there nobody may ask, or it would not be known which one has answered.
  await traffic.pause()
  await stage.restart(dice.pick(['SIGKILL', 'SIGTERM']), () => models.replace())
  traffic.resume()
}

async function endThread({ parts: { folder, ledger } }: Stage, kind: 'engine' | 'reader'): Promise<void> {
  const order = join(folder, `end-${kind}`)
  writeFileSync(order, '')
  for (let tries = 0; existsSync(order); tries++) {
    await wait(10)
    if (tries === 500) return ledger.note('other', `no ${kind} thread has ended`)
  }
}

/** Writes that are all under way at the same time. */
function burst(stage: Stage, count: number): Promise<unknown>[] {
  const { traffic, dice } = stage.parts
  return Array.from({ length: count }, () => {
    const entry = traffic.spare(dice)
    return traffic.write(entry, traffic.operation(entry, dice), dice.chance(0.2))
  })
}
