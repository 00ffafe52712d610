/** Runs work on one key in the order it was asked for, one after the other; different keys do not wait for each other. */
export class KeyQueue {
  /** Of each key, when the last work is over. What that brings is not held here, where it might outlive its use. */
  private readonly last = new Map<string, Promise<void>>()

  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(key)
    const running = before ? before.then(work) : work()
    const over = running.then(nothing, nothing).then(() => {
      if (this.last.get(key) === over) this.last.delete(key)
    })
    this.last.set(key, over)
    return running
  }

  /** Resolves when nothing is under way or waiting. */
  async idle(): Promise<void> {
    while (this.last.size > 0) await Promise.all(this.last.values())
  }
}

function nothing(): void {}
