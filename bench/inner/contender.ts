/** One way of running the inner loop, measured against the others. */
import type { Task } from './task.js'

/** How the cores are used. Latency: one seat with all cores. Throughput: as many one-thread seats as cores. */
export interface Mode {
  readonly name: 'latency' | 'throughput'
  /** Adaptations at the same time. */
  readonly seats: number
  /** Threads of one adaptation. */
  readonly threads: number
}

/** A contender has `mode.seats` seats, which all run at the same time. */
export interface Contender {
  readonly name: string
  /** Contenders of one family are alternatives: the fastest of them counts. */
  readonly family: string
  /** Gets ready for a task and drops the last one. Throws Unavailable where this contender cannot take part. */
  prepare(task: Task): Promise<Prepared>
  /** Runs `adaptations` adaptations on each seat, all from the initial weights. */
  run(adaptations: number): Promise<Turn>
}

export interface Prepared {
  /** digestOf the task, as each seat read it. */
  readonly digests: readonly string[]
}

export interface Turn {
  /** Of the slowest seat, for all its adaptations. */
  readonly ms: number
  /** The loss before each step of an adaptation, one list a seat. */
  readonly losses: readonly (readonly number[])[]
}

/** Why a contender is not there; no fault of the benchmark. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable'
}
