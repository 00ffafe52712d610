/** What is under way, as a number: a set of promises would keep alive what they bring, beyond its use. */
export class UnderWay {
  private count = 0
  private onIdle: (() => void)[] = []

  async run<T>(work: () => Promise<T>): Promise<T> {
    this.count++
    try {
      return await work()
    } finally {
      this.count--
      if (this.count === 0) for (const tell of this.onIdle.splice(0)) tell()
    }
  }

  /** Resolves when nothing is under way. */
  idle(): Promise<void> {
    if (this.count === 0) return Promise.resolve()
    return new Promise((resolve) => this.onIdle.push(resolve))
  }
}
