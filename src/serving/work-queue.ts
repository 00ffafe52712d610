/**
 * The one queue before the engine: first come, first served, as many at a time as the engine makes progress on, and a
 * bounded number waiting. What does not fit is refused at once.
 */
import type { Clock, Timing } from './clock.js'
import { ServingError } from './serving-error.js'

export interface Done<T> {
  readonly value: T
  readonly timing: Timing
}

export class WorkQueue {
  /** In their order; a call starts the work. */
  private readonly line = new Set<() => void>()
  private running = 0
  /** Of recent work, in milliseconds; a moving average that starts with a guess. */
  private meanDuration = 100
  private closed = false
  private onIdle: (() => void) | undefined

  constructor(
    private readonly concurrency: number,
    private readonly maxWaiting: number,
    private readonly now: Clock,
  ) {}

  /** How many wait for their turn. */
  get waiting(): number {
    return this.line.size
  }

  /**
   * Runs the work in its turn. Throws ServingError `queue-full` or `draining`; and, where the signal aborts before the
   * turn comes, the signal's reason. Work that has begun is finished.
   */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<Done<T>> {
    signal.throwIfAborted()
    this.admit()
    const arrived = this.now()
    if (this.running >= this.concurrency) await this.turn(signal)
    else this.running++
    const started = this.now()
    try {
      const value = await work()
      return { value, timing: { queueMs: started - arrived, computeMs: this.now() - started } }
    } finally {
      this.meanDuration += 0.1 * (this.now() - started - this.meanDuration)
      this.release()
    }
  }

  /** Throws what `run` would throw now: asked before a request's body is read, let alone decoded. */
  admit(): void {
    if (this.closed) throw new ServingError({ code: 'draining' }, 'The server is about to stop; ask another replica.')
    if (this.line.size < this.maxWaiting) return
    const retryAfterSeconds = this.secondsUntilFree()
    const detail = `${this.line.size} requests are waiting; try again in ${retryAfterSeconds} s.`
    throw new ServingError({ code: 'queue-full', retryAfterSeconds }, detail)
  }

  /** Refuses what comes from now on and resolves when all that was admitted is done. */
  drain(): Promise<void> {
    this.closed = true
    if (this.running === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.onIdle = resolve
    })
  }

  /** Waits for a turn; the place among the running is handed over by the one who leaves it. */
  private turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const start = () => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = () => {
        this.line.delete(start)
        reject(signal.reason)
      }
      this.line.add(start)
      signal.addEventListener('abort', leave, { once: true })
    })
  }

  private release(): void {
    const [next] = this.line
    if (next) {
      this.line.delete(next)
      next()
      return
    }
    this.running--
    if (this.running === 0) this.onIdle?.()
  }

  /** When half of those who wait now will have had their turn. */
  private secondsUntilFree(): number {
    const turns = Math.ceil(this.line.size / 2 / this.concurrency)
    return Math.max(1, Math.ceil((turns * this.meanDuration) / 1000))
  }
}
