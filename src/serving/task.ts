/** What every use case is told of the request it serves. */
import type { Timeline } from './timeline.js'

export interface Task {
  readonly tenant: string
  /** Aborts when nobody waits for the answer any more, or too long; its reason is what is thrown then. */
  readonly signal: AbortSignal
  /** When the signal aborts at the latest, on the timeline's clock; undefined: nobody knows. */
  readonly deadline?: number
  readonly timeline: Timeline
}

/** The promise, or the signal's reason where that comes first; whatever makes the promise goes on. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason)
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason)
    signal.addEventListener('abort', leave, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}
