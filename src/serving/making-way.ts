/** How many adaptations have a turn at the same time: one a thread, but while predictions come they leave a core to those. */

/** Milliseconds after which the next prediction is not expected any more. */
const recently = 250

/**
 * With every core busy a prediction waits for one several times, for milliseconds each, whatever the priorities; see
 * docs/benchmarks.md. `quietFor`: milliseconds since the last prediction was asked for.
 */
export function makingWay(threads: number, cores: number, quietFor: () => number): () => number {
  const fewer = Math.max(1, Math.min(threads, cores - 1))
  return () => (quietFor() < recently ? fewer : threads)
}
