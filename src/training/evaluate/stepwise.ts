/** An inner loop that is looked at on its way: weights after each of a list of step counts, from one run. */
import { Budget } from '../../learner/budget.js'
import type { Fixed, InnerLoop, InnerState } from '../../learner/inner-loop.js'
import type { SupportSet } from '../../learner/learner.js'

export interface StepwiseSettings {
  /** Step counts, growing; 0 is where the loop starts. */
  readonly stops: readonly number[]
  readonly learningRate: number
  readonly seed: number
}

/**
 * Yields after each stop; until it is asked to go on, `start.weights` (changed in place) are those after that many steps. They
 * are bit for bit what a run of just so many steps ends with: an inner loop leaves no trace of where it was cut.
 */
export async function* stepwise(
  innerLoop: InnerLoop,
  start: InnerState,
  fixed: Fixed,
  support: SupportSet,
  { stops, learningRate, seed }: StepwiseSettings,
): AsyncGenerator<number, void, void> {
  const stop = new Stop(stops)
  const slices = innerLoop.slices(start, fixed, support, {
    steps: stops.at(-1) ?? 0,
    learningRate,
    seed,
    budget: stop,
  })
  for (;;) {
    const { done } = await slices.next()
    if (stop.reached !== undefined) {
      yield stop.reached
      stop.goOn()
    }
    if (done) return
  }
}

/** A budget of steps instead of time: so many as there are up to the next stop. */
class Stop extends Budget {
  private done = 0
  private next = 0

  constructor(private readonly stops: readonly number[]) {
    super(() => 0)
  }

  /** The stop at which the run stands. */
  get reached(): number | undefined {
    return this.stops[this.next] === this.done ? this.done : undefined
  }

  goOn(): void {
    this.next++
  }

  override stepsThatFit(): number {
    return (this.stops[this.next] ?? this.done) - this.done
  }

  override stepsDone(count: number): void {
    this.done += count
  }
}
