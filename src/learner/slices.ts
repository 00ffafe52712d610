/** Work in slices is a generator: it yields where it can be interrupted, and returns what it has made. */

/** Runs it without interruption. */
export async function toEnd<Result>(work: AsyncGenerator<void, Result, void>): Promise<Result> {
  for (;;) {
    const { done, value } = await work.next()
    if (done) return value
  }
}
