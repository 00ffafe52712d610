/** What predictions wait while adaptations saturate the engine: one unhurried client, alone, then beside others. */
import { type Spread, spread } from '../inner/report.js'
import { type Contender, pidsOf, portsOf } from './contender.js'
import { whyVoid } from './report.js'
import { CLIENT_PREFIX } from './turns.js'
import { settle } from './usage.js'
import { type Load, type Outcome, sendLoad } from './wrk.js'

export interface Crowding {
  readonly contender: string
  /** Milliseconds of a prediction. */
  readonly alone: { readonly p50: Spread; readonly p99: Spread }
  readonly crowded: { readonly p50: Spread; readonly p99: Spread }
  /** The crowded p99 over the p50 alone, round by round. */
  readonly ratio: Spread
  /** Of those who crowd. */
  readonly adaptationsPerSecond: Spread
  readonly void: string | undefined
}

export interface CrowdingOptions {
  readonly rounds: number
  readonly seconds: number
  /** A prediction's body, and that of an adaptation with the model's own number of steps. */
  readonly predictFile: string
  readonly adaptFile: string
}

/** Milliseconds between an answer and the next request: about 50 a second. */
const PAUSE_MS = 20
const ADAPTING_CONNECTIONS = 8
/** How long the others adapt before, and after, the predictions are measured. */
const MARGIN_SECONDS = 1

interface Round {
  readonly alone: Outcome
  readonly crowded: Outcome
  readonly adapting: Outcome
}

export async function measureCrowding(contender: Contender, options: CrowdingOptions): Promise<Crowding> {
  const rounds: Round[] = []
  await takeRound(contender, { ...options, seconds: 1 })
  for (let round = 0; round < options.rounds; round++) rounds.push(await takeRound(contender, options))
  return {
    contender: contender.name,
    alone: latencies(rounds.map(({ alone }) => alone)),
    crowded: latencies(rounds.map(({ crowded }) => crowded)),
    ratio: spread(rounds.map(({ alone, crowded }) => crowded.p99 / alone.p50)),
    adaptationsPerSecond: spread(rounds.map(({ adapting }) => adapting.requests / adapting.seconds)),
    void: whyVoid(rounds.flatMap(({ alone, crowded, adapting }) => [alone, crowded, adapting])),
  }
}

async function takeRound(contender: Contender, { seconds, predictFile, adaptFile }: CrowdingOptions): Promise<Round> {
  const { url } = contender.processes[0]
  // The prediction's connection goes to the first process; those who adapt spread over all.
  const common = { ports: portsOf(contender), clients: 1, prefix: CLIENT_PREFIX }
  const asking: Load = {
    ...common,
    ...{ url: `${url}/predict`, bodyFile: predictFile, connections: 1, seconds, pauseMs: PAUSE_MS },
  }
  const adapting: Load = {
    ...common,
    ...{ url: `${url}/adapt`, bodyFile: adaptFile, clients: 0, prefix: `crowd-${Date.now()}-`, pauseMs: 0 },
    ...{ connections: ADAPTING_CONNECTIONS, seconds: seconds + 2 * MARGIN_SECONDS },
  }
  await settle(pidsOf(contender))
  const alone = await sendLoad(asking)
  const crowd = sendLoad(adapting)
  // Where the predictions fail, the crowd's end is still awaited.
  const [crowdOutcome, crowded] = await Promise.all([crowd, later(MARGIN_SECONDS).then(() => sendLoad(asking))])
  return { alone, crowded, adapting: crowdOutcome }
}

function latencies(outcomes: readonly Outcome[]): { p50: Spread; p99: Spread } {
  return { p50: spread(outcomes.map(({ p50 }) => p50)), p99: spread(outcomes.map(({ p99 }) => p99)) }
}

function later(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1000 * seconds))
}
