/**
 * Runs inside the server under test, in each of its threads: the wall clock is off by the milliseconds that the file `clock`
 * says, and a thread ends with an error when it finds the file that asks for one of its kind. It takes no part otherwise.
 */
import { readFileSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { isMainThread, workerData } from 'node:worker_threads'

const folder = process.env.CHAOS_FOLDER
if (folder !== undefined) {
  if (isMainThread) shiftClock(join(folder, 'clock'))
  // Engine threads are told their priority.
  else if (typeof workerData === 'object' && workerData !== null && 'niceness' in workerData) endEngineThread()
  else endReaderThread()
}

/** Read anew each time, so that a jump holds as soon as the file is written. */
function shiftClock(file) {
  const now = Date.now
  Date.now = () => now() + Number(readFileSync(file, 'utf8'))
}

/** A timer fires when the thread has nothing else to do: in its middle, a run cannot be broken off. */
function endEngineThread() {
  const file = join(folder, 'end-engine')
  setInterval(() => endIfAsked(file), 20).unref()
}

/** A reader blocks until there is something to do: it ends when it has done something and would wait again. */
function endReaderThread() {
  const file = join(folder, 'end-reader')
  const wait = Atomics.wait
  Atomics.wait = (...given) => {
    endIfAsked(file)
    return wait(...given)
  }
}

/** Who takes the file away is the one that was asked. */
function endIfAsked(file) {
  try {
    unlinkSync(file)
  } catch {
    return
  }
  throw new Error('chaos: this thread ends')
}
