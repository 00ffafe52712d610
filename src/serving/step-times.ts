/** How long an inner step takes: what turns at the engine have taken lately says how long the next ones will. */

/** Milliseconds. What is refused is not measured either: a figure that was wrong must not refuse it for ever. */
const remembered = 60_000
/** What a turn leaves of the weight of those before it. */
const fading = 0.95
/** Turns that differ by more than so many times were not slow but held up, as in a process that was stopped. */
const mostTimes = 4

interface Measured {
  readonly turns: number
  readonly steps: number
  readonly milliseconds: number
  /** When, on the clock. */
  readonly at: number
}

export class StepTimes {
  private readonly kinds = new Map<string, Measured>()

  /** Milliseconds of one step; undefined before two turns have been measured, and where none has been lately. */
  of(kind: string, now: number): number | undefined {
    const measured = this.fresh(kind, now)
    return measured && measured.turns > 1 ? measured.milliseconds / measured.steps : undefined
  }

  /** A turn of so many steps, one or more, has ended now. */
  add(kind: string, steps: number, milliseconds: number, now: number): void {
    const before = this.fresh(kind, now)
    const usual = before && (steps * before.milliseconds) / before.steps
    if (!before || !usual || mostTimes * milliseconds < usual) {
      this.kinds.set(kind, { turns: 1, steps, milliseconds, at: now })
      return
    }
    this.kinds.set(kind, {
      turns: before.turns + 1,
      steps: fading * before.steps + steps,
      milliseconds: fading * before.milliseconds + Math.min(milliseconds, mostTimes * usual),
      at: now,
    })
  }

  private fresh(kind: string, now: number): Measured | undefined {
    const measured = this.kinds.get(kind)
    return measured && now - measured.at <= remembered ? measured : undefined
  }
}
