/**
 * Runs of several clients in one call. Runs that come while the device is busy wait, and go together as soon as it is not: run when
 * idle, batch while busy, no timers.
 */
import { OutOfMemoryError, type Run } from '../engine.js'
import type { Results } from '../workers/protocol.js'
import { runsAtHand } from '../workers/thread.js'

/** The program for so many clients. */
export interface Variant {
  readonly clients: number
  run(runs: readonly Run[]): Promise<Results[]>
}

interface Waiting {
  readonly run: Run
  readonly resolve: (results: Results) => void
  readonly reject: (error: unknown) => void
}

export interface BatchSettings {
  /** Feeds that all clients of a call have in common. */
  readonly common: readonly string[]
  /** How full a call must be at least, where there is a smaller one: the places that nobody takes are computed, too. */
  readonly leastFill: number
}

/** Calls after a lack of memory until as many clients are tried again; twice as many each time that it is lacking still. */
const SHORTEST_PAUSE = 16
const LONGEST_PAUSE = 1024

export class ClientBatches {
  private waiting: Waiting[] = []
  /** At most so many clients for so many calls more. */
  private most = Number.POSITIVE_INFINITY
  private pause = 0
  private nextPause = SHORTEST_PAUSE
  /** Clients of the call that there was no memory for last. */
  private lackedFor = 0
  private underWay = 0
  private woken = false

  /** `variants`, growing; the first is for one client. */
  constructor(
    private readonly variants: readonly [Variant, ...Variant[]],
    private readonly settings: BatchSettings,
  ) {}

  run(run: Run): Promise<Results> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ run, resolve, reject })
      // What arrives in the same turn of the event loop goes into the same call.
      if (!this.woken) setImmediate(() => this.wake())
      this.woken = true
    })
  }

  private wake(): void {
    this.woken = false
    const largest = this.variants[this.variants.length - 1]?.clients ?? 1
    while (this.waiting.length > 0) {
      // A second call at hand keeps the device busy; but it had better be full, for who waits longer may go with more others.
      const mayCall = this.underWay === 0 || (this.underWay < runsAtHand && this.waiting.length >= largest)
      if (!mayCall) return
      this.underWay++
      void this.call(this.take()).then(() => {
        this.underWay--
        this.wake()
      })
    }
  }

  /** The one that has waited longest, and who can go with it. */
  private take(): Waiting[] {
    const [first] = this.waiting
    if (!first) return []
    const together = this.waiting.filter(({ run }) => this.agree(run, first.run))
    const { clients } = this.variantFor(together.length)
    const taken = new Set(together.slice(0, clients))
    this.waiting = this.waiting.filter((one) => !taken.has(one))
    return [...taken]
  }

  /**
   * Never rejects: the outcome goes to whoever waits. What the device has no memory for is tried once more in calls of at most
   * half as many clients.
   */
  private async call(batch: readonly Waiting[], most = Number.POSITIVE_INFINITY): Promise<void> {
    for (let rest = batch; rest.length > 0; ) {
      const variant = this.variantFor(rest.length, most)
      this.passPause()
      const part = rest.slice(0, variant.clients)
      rest = rest.slice(variant.clients)
      try {
        const results = await variant.run(part.map(({ run }) => run))
        part.forEach(({ resolve }, place) => {
          resolve(results[place] ?? {})
        })
        if (variant.clients >= this.lackedFor) this.nextPause = SHORTEST_PAUSE
      } catch (error) {
        const mayHalve = error instanceof OutOfMemoryError && variant.clients > 1 && most === Number.POSITIVE_INFINITY
        if (error instanceof OutOfMemoryError) this.startPause(variant.clients)
        if (mayHalve) await this.call(part, Math.floor(variant.clients / 2))
        else for (const { reject } of part) reject(error)
      }
    }
  }

  /** Of at most `most` clients: the smallest that holds all, if that is full enough; otherwise the largest that is full. */
  private variantFor(count: number, most = Number.POSITIVE_INFINITY): Variant {
    const [one] = this.variants
    const allowed = this.variants.filter(({ clients }) => clients <= Math.min(most, this.most))
    const holding = allowed.find(({ clients }) => clients >= count)
    if (holding && count >= this.settings.leastFill * holding.clients) return holding
    return allowed.findLast(({ clients }) => clients <= count) ?? one
  }

  /** Every call that fails costs time, and the package loses its feeds: it does not free them then. */
  private startPause(clients: number): void {
    if (clients === 1) return
    this.lackedFor = clients
    this.most = Math.floor(clients / 2)
    this.pause = this.nextPause
    this.nextPause = Math.min(2 * this.nextPause, LONGEST_PAUSE)
  }

  private passPause(): void {
    if (this.pause > 0 && --this.pause === 0) this.most = Number.POSITIVE_INFINITY
  }

  private agree(one: Run, other: Run): boolean {
    return this.settings.common.every((name) => {
      const [a, b] = [one.feeds[name]?.data, other.feeds[name]?.data]
      return a === b || (a?.length === 1 && b?.length === 1 && a[0] === b[0])
    })
  }
}
