/**
 * How much the server takes on at the same time, in requests and in bytes of their bodies. What does not fit is refused at
 * once with the time after which to come again; what is let in is answered.
 */
import type { Clock } from './clock.js'
import { ServingError } from './serving-error.js'

export interface AdmissionLimits {
  readonly requests: number
  /** Of all bodies that are held in memory. */
  readonly bytes: number
}

export class Admission {
  private count = 0
  private held = 0
  /** How long a request stays, in milliseconds: a moving average that starts with a guess. */
  private meanStay = 100
  private closed = false
  private onEmpty: (() => void)[] = []

  constructor(
    private readonly limits: AdmissionLimits,
    private readonly now: Clock,
  ) {}

  /** Requests let in and not yet answered. */
  get requests(): number {
    return this.count
  }

  get bytes(): number {
    return this.held
  }

  /** Throws what `enter` would throw now: asked before a request's body is read. */
  check(): void {
    if (this.closed) throw draining()
    if (this.count >= this.limits.requests) throw this.full(`${this.count} requests are under way`)
  }

  /** Takes a place; the function returned gives it back. Throws ServingError `queue-full` or `draining`. */
  enter(): () => void {
    this.check()
    this.count++
    const entered = this.now()
    return () => {
      this.meanStay += 0.1 * (this.now() - entered - this.meanStay)
      this.count--
      if (this.count === 0) for (const tell of this.onEmpty.splice(0)) tell()
    }
  }

  /** Takes room for bytes of a body. Throws ServingError `queue-full`. */
  take(bytes: number): void {
    if (this.held + bytes > this.limits.bytes) {
      throw this.full(`The requests under way hold ${this.held} bytes`)
    }
    this.held += bytes
  }

  give(bytes: number): void {
    this.held -= bytes
  }

  /** Refuses what comes from now on; resolves when all that was let in is answered. */
  drain(): Promise<void> {
    this.closed = true
    if (this.count === 0) return Promise.resolve()
    return new Promise((resolve) => this.onEmpty.push(resolve))
  }

  /** By Little's law the requests under way leave within one mean stay: half of them within half of it. */
  private full(what: string): ServingError {
    const retryAfterSeconds = Math.max(1, Math.ceil(this.meanStay / 2 / 1000))
    return new ServingError({ code: 'queue-full', retryAfterSeconds }, `${what}; try again in ${retryAfterSeconds} s.`)
  }
}

function draining(): ServingError {
  return new ServingError({ code: 'draining' }, 'The server is about to stop; ask another replica.')
}
