/** Signals that end a piece of work in good order: the first asks it to, the second ends the process at once. */
import { constants } from 'node:os'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Milliseconds. One Ctrl-C may come more than once: from the terminal, and from npm and others that pass it on. */
const sameSignal = 300

export class Interrupts {
  private readonly controller = new AbortController()
  private received: NodeJS.Signals | undefined
  private receivedAt = 0

  /** `say` is called at the first signal. */
  constructor(private readonly say: (signal: NodeJS.Signals) => void) {
    for (const signal of signals) process.on(signal, this.onSignal)
  }

  /** Aborted by the first signal. */
  get signal(): AbortSignal {
    return this.controller.signal
  }

  /** What a shell expects of a process that a signal has ended; 0 where there was none. */
  get exitCode(): number {
    return this.received ? 128 + constants.signals[this.received] : 0
  }

  /** Signals do again what they do without this. */
  close(): void {
    for (const signal of signals) process.off(signal, this.onSignal)
  }

  private readonly onSignal = (signal: NodeJS.Signals): void => {
    if (this.received) {
      if (performance.now() - this.receivedAt < sameSignal) return
      // By the signal itself: an orderly exit would wait for threads that are computing.
      this.close()
      process.kill(process.pid, signal)
      return
    }
    this.received = signal
    this.receivedAt = performance.now()
    this.say(signal)
    this.controller.abort()
  }
}
