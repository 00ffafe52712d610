/** Milliseconds that only go forward; passed in, so that tests say what time it is. */
export type Clock = () => number

export interface Timing {
  /** Waiting for a turn. */
  readonly queueMs: number
  /** In the engine. */
  readonly computeMs: number
}
