/** Lets so many at a time do their work; the others wait in their order, and leave the line when they give up. */
export class Turns {
  private readonly line: (() => void)[] = []

  constructor(private free: number) {}

  /** Throws the signal's reason where it aborts before the turn comes; work that has begun is not interrupted. */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.turn(signal)
    try {
      return await work()
    } finally {
      this.pass()
    }
  }

  private async turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.free > 0) {
      this.free--
      return
    }
    await new Promise<void>((resolve, reject) => {
      const enter = (): void => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = (): void => {
        this.line.splice(this.line.indexOf(enter), 1)
        reject(signal.reason)
      }
      signal.addEventListener('abort', leave, { once: true })
      this.line.push(enter)
    })
  }

  /** The place goes to the next in line. */
  private pass(): void {
    const next = this.line.shift()
    if (next) next()
    else this.free++
  }
}
