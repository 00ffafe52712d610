/** Where the time of one request goes. One record of it feeds the answer, the Server-Timing header and the traces. */
import type { Clock } from './clock.js'

/** From bytes to numbers; waiting for a turn; in the engine; reading from and writing to the store. */
export const phases = ['decode', 'queue', 'engine', 'store'] as const
export type Phase = (typeof phases)[number]

/** Several stretches of one phase, in milliseconds of the clock. */
export interface Span {
  readonly firstStart: number
  readonly lastEnd: number
  /** The sum of the stretches. */
  readonly busy: number
  readonly stretches: number
}

export class Timeline {
  private readonly spans = new Map<Phase, Span>()

  /** `arrival`: when the request came, on the same clock. */
  constructor(
    readonly now: Clock,
    readonly arrival: number = now(),
  ) {}

  /** A stretch of the phase from `start` until now. */
  add(phase: Phase, start: number): void {
    const end = this.now()
    const before = this.spans.get(phase) ?? { firstStart: start, busy: 0, stretches: 0 }
    this.spans.set(phase, {
      firstStart: before.firstStart,
      lastEnd: end,
      busy: before.busy + end - start,
      stretches: before.stretches + 1,
    })
  }

  async measure<T>(phase: Phase, work: () => Promise<T>): Promise<T> {
    const start = this.now()
    try {
      return await work()
    } finally {
      this.add(phase, start)
    }
  }

  /** Undefined for a phase that the request has not been through. */
  span(phase: Phase): Span | undefined {
    return this.spans.get(phase)
  }

  /** Milliseconds in the phase. */
  busy(phase: Phase): number {
    return this.spans.get(phase)?.busy ?? 0
  }
}
