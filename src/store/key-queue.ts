/** Runs work on one key in the order it was asked for, one after the other; different keys do not wait for each other. */
export class KeyQueue {
  private readonly last = new Map<string, Promise<unknown>>()

  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(key)
    const running = before ? before.then(work, work) : work()
    this.last.set(key, running)
    const forget = (): void => {
      if (this.last.get(key) === running) this.last.delete(key)
    }
    running.then(forget, forget)
    return running
  }

  /** Resolves when nothing is under way or waiting. */
  async idle(): Promise<void> {
    while (this.last.size > 0) await Promise.allSettled(this.last.values())
  }
}
