/** Many pieces of work, a few at a time: all cores are busy and no more is held in memory than is being worked on. */

/** Runs work(0) ... work(count - 1), at most `atOnce` at a time, in order of their numbers. The first error ends it: nothing new is started, what runs is waited for. */
export async function inParallel(count: number, atOnce: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  let failed = false
  const runner = async (): Promise<void> => {
    while (next < count && !failed) {
      try {
        await work(next++)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: Math.min(atOnce, count) }, runner))
  const end = ends.find((one) => one.status === 'rejected')
  if (end) throw end.reason
}
