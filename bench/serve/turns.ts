/** Measures contenders case by case, in turns: the noise of a shared machine hits all alike. */
import { type Contender, pidsOf, portsOf } from './contender.js'
import { cpuSeconds, residentBytes, settle } from './usage.js'
import { type Load, type Outcome, sendLoad } from './wrk.js'

/** One kind of load. */
export interface Case {
  readonly name: string
  readonly path: '/adapt' | '/predict'
  readonly bodyFile: string
  /** 0: a fresh id each request. */
  readonly clients: number
  readonly connections: number
}

export interface Turn extends Outcome {
  /** Milliseconds of processor time a request. */
  readonly cpuMs: number
  /** After the turn. */
  readonly residentBytes: number
}

/** The turns of one contender, in the order of the rounds. */
export interface Measured {
  readonly contender: Contender
  readonly turns: readonly Turn[]
}

export const CLIENT_PREFIX = 'client-'

/** Each round lets another contender begin. A first turn of each, a third as long, is not counted. */
export async function measureCase(
  contenders: readonly Contender[],
  what: Case,
  { rounds, seconds }: { rounds: number; seconds: number },
): Promise<Measured[]> {
  const turns = contenders.map((contender): { contender: Contender; turns: Turn[] } => ({ contender, turns: [] }))
  for (const contender of contenders) await takeTurn(contender, what, Math.max(1, Math.round(seconds / 3)))
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < turns.length; i++) {
      const turn = turns[(i + round) % turns.length]
      if (turn) turn.turns.push(await takeTurn(turn.contender, what, seconds))
    }
  }
  return turns
}

async function takeTurn(contender: Contender, what: Case, seconds: number): Promise<Turn> {
  const pids = pidsOf(contender)
  await settle(pids)
  const before = await cpuSeconds(pids)
  const outcome = await sendLoad(loadOf(contender, what, seconds))
  const used = (await cpuSeconds(pids)) - before
  return {
    ...outcome,
    cpuMs: (1000 * used) / Math.max(1, outcome.requests),
    residentBytes: await residentBytes(pids),
  }
}

function loadOf(contender: Contender, { path, bodyFile, clients, connections }: Case, seconds: number): Load {
  const prefix = clients > 0 ? CLIENT_PREFIX : `fresh-${Date.now()}-`
  const url = contender.processes[0].url + path
  return { url, ports: portsOf(contender), bodyFile, clients, prefix, connections, seconds, pauseMs: 0 }
}
