/** What the store tells of itself, for the metrics and, where somebody should look into it, for the log. */
import type { StoreObserver } from '../store/store-observer.js'
import type { Log } from './log.js'
import type { Metrics } from './metrics.js'

export function watchStore(log: Log, metrics: Metrics): StoreObserver {
  return {
    hit: () => metrics.hit(),
    miss: () => metrics.miss(),
    departed: (why, ageMs) => metrics.departed(why, ageMs),
    damaged({ tenant, id }) {
      metrics.damaged()
      log.warn({ tenant, adaptation: id }, 'the weights on disk are damaged; they are learned again from the examples')
    },
    sweepFailed(err) {
      metrics.sweepFailed()
      log.warn({ err }, 'what has expired could not be removed; it is tried again')
    },
  }
}
