/** Runs a generator slice by slice, each in its turn. */
import type { Scheduler, Turn, Work } from './scheduler.js'
import type { Task } from './task.js'

const finished: Turn = { done: true, size: 1 }
const unfinished: Turn = { done: false, size: 1 }

/**
 * Resolves with what the generator returns, rejects with what it throws; and with the signal's reason, where that aborts while
 * it waits for a turn: what has been computed is dropped and the place is free.
 */
export function runSliced<Result>(
  scheduler: Scheduler,
  slices: AsyncGenerator<void, Result, void>,
  { tenant, signal, timeline }: Task,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    let waitingSince = timeline.now()
    const end = (outcome: () => void): Turn => {
      signal.removeEventListener('abort', leave)
      outcome()
      return finished
    }
    const turn = async (): Promise<Turn> => {
      timeline.add('queue', waitingSince)
      if (signal.aborted) return end(() => reject(signal.reason))
      const start = timeline.now()
      try {
        const { done, value } = await slices.next()
        if (done) return end(() => resolve(value))
        if (signal.aborted) return end(() => reject(signal.reason))
        return unfinished
      } catch (error) {
        return end(() => reject(error))
      } finally {
        timeline.add('engine', start)
        waitingSince = timeline.now()
      }
    }
    const work: Work = { tenant, kind: 'adapt', turn }
    const leave = () => {
      if (scheduler.withdraw(work)) end(() => reject(signal.reason))
    }
    signal.addEventListener('abort', leave, { once: true })
    scheduler.submit(work)
  })
}
