/** A clock that stands still unless a test moves it, and a turn of the event loop. */
import { setImmediate } from 'node:timers/promises'

export class HandClock {
  constructor(public time = 0) {}
  readonly now = (): number => this.time
}

/** Until everything that can go on without anybody's help has done so. */
export async function settled(): Promise<void> {
  await setImmediate()
}
