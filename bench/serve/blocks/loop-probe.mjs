/**
 * Runs inside the server (node --import): how long its event loop was held up, at most, since it was asked last. JavaScript,
 * because the server is run as it is built. Where other threads have all the cores, the loop waits through no fault of its own:
 * the kernel counts that (run-queue wait, /proc/self/task/TID/schedstat), and it is told apart.
 */
import { openSync, readSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'

const TICK_MS = 1
/** An answer waits for so many ms, so that what is going on when the question comes is seen too. */
const LAST_LOOK_MS = 20

if (isMainThread && process.send) watch()

function watch() {
  const schedule = openSchedule()
  let worst = none()
  let count = 0
  let last = performance.now()
  let [ran, waited] = schedule()
  const tick = () => {
    const now = performance.now()
    const [ranNow, waitedNow] = schedule()
    const blockedMs = now - last - TICK_MS
    // Less the wait for a core: the loop's own doing.
    const ownMs = Math.min(blockedMs, ranNow - ran)
    if (blockedMs > worst.blockedMs) Object.assign(worst, { blockedMs, waitedMs: waitedNow - waited })
    worst.ownMs = Math.max(worst.ownMs, ownMs)
    if (ownMs > 20) count++
    ;[last, ran, waited] = [now, ranNow, waitedNow]
    setTimeout(tick, TICK_MS).unref()
  }
  tick()
  process.on('message', (question) => {
    if (question !== 'longest block') return
    setTimeout(() => {
      process.send({ ...worst, above20: count })
      worst = none()
      count = 0
    }, LAST_LOOK_MS)
  })
  process.channel.unref()
}

function none() {
  return { blockedMs: 0, waitedMs: 0, ownMs: 0 }
}

/** Reads the milliseconds that this thread has run, and has waited for a core; zeros where there is no /proc. */
function openSchedule() {
  const buffer = Buffer.alloc(128)
  try {
    // The main thread has the process's number.
    const file = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r')
    return () => {
      const text = buffer.toString('latin1', 0, readSync(file, buffer, 0, 128, 0))
      return text.split(' ', 2).map((nanoseconds) => Number(nanoseconds) / 1e6)
    }
  } catch {
    return () => [0, 0]
  }
}
