/** Measures contenders on one task, interleaved: each has a turn in every round, so that all see the same machine. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Contender, Unavailable } from './contender.js'
import type { MatmulProbe } from './matmul-probe.js'
import type { Task } from './task.js'

export interface Plan {
  readonly rounds: number
  /** About how long a turn takes. */
  readonly turnMs: number
  /** Adaptations of each contender before anything counts, at least 1; the last says how many fill a turn. */
  readonly warmUps: number
}

export interface Measurement {
  readonly contender: Contender
  readonly digests: readonly string[]
  readonly adaptationsPerTurn: number
  /** One number a round, of the slowest seat. */
  readonly msPerStep: readonly number[]
  /** Of every seat in every turn. */
  readonly losses: readonly (readonly number[])[]
}

export interface Skipped {
  readonly name: string
  readonly reason: string
}

export interface Measured {
  readonly measurements: readonly Measurement[]
  readonly skipped: readonly Skipped[]
  /** Matrix products of one seat, one number a round; none without a probe. */
  readonly gflops: readonly number[]
}

/** Threads of the last turn may still spin for work. */
const PAUSE_MS = 30

export async function measure(
  contenders: readonly Contender[],
  probe: MatmulProbe | undefined,
  task: Task,
  plan: Plan,
): Promise<Measured> {
  const skipped: Skipped[] = []
  const entrants: Entrant[] = []
  for (const contender of contenders) {
    try {
      entrants.push(await Entrant.warmedUp(contender, task, plan))
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      skipped.push({ name: contender.name, reason: error.message })
    }
  }
  await probe?.run()
  const gflops: number[] = []
  for (let round = 0; round < plan.rounds; round++) {
    // Another one begins each time, so that nobody always follows the same neighbour.
    const first = round % entrants.length
    for (const entrant of [...entrants.slice(first), ...entrants.slice(0, first)]) {
      await sleep(PAUSE_MS)
      await entrant.turn()
    }
    if (!probe) continue
    await sleep(PAUSE_MS)
    gflops.push(await probe.run())
  }
  return { measurements: entrants, skipped, gflops }
}

class Entrant implements Measurement {
  readonly msPerStep: number[] = []
  readonly losses: (readonly number[])[] = []

  private constructor(
    readonly contender: Contender,
    readonly digests: readonly string[],
    readonly adaptationsPerTurn: number,
    private readonly steps: number,
  ) {}

  static async warmedUp(contender: Contender, task: Task, { turnMs, warmUps }: Plan): Promise<Entrant> {
    const { digests } = await contender.prepare(task)
    if (warmUps > 1) await contender.run(warmUps - 1)
    const { ms } = await contender.run(1)
    return new Entrant(contender, digests, Math.max(1, Math.round(turnMs / ms)), task.steps)
  }

  async turn(): Promise<void> {
    const { ms, losses } = await this.contender.run(this.adaptationsPerTurn)
    this.msPerStep.push(ms / (this.adaptationsPerTurn * this.steps))
    this.losses.push(...losses)
  }
}
