/** The two kinds of time, passed in so that tests say what time it is. */
export interface Clocks {
  /** Milliseconds that only go forward: for ages. */
  readonly monotonic: () => number
  /** Milliseconds since 1970, which may jump: for expiry. */
  readonly wall: () => number
}
