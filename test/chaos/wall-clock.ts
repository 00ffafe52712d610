/** The wall clock that the server under test sees: the true one and an offset, which a fault may change. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a judgement of expiry needs to know, in milliseconds since 1970. */
export interface Times {
  readonly now: number
  /** The latest there has ever been: what expired then may have been swept since. */
  readonly highest: number
  /** How often it has jumped. */
  readonly jumps: number
}

export class WallClock {
  private offset = 0
  private highest = 0
  private jumps = 0

  /** `folder`: where inside.mjs reads it. */
  constructor(private readonly folder: string) {
    this.write()
  }

  get times(): Times {
    const now = Date.now() + this.offset
    this.highest = Math.max(this.highest, now)
    return { now, highest: this.highest, jumps: this.jumps }
  }

  /** By so many milliseconds; negative: back. */
  jump(by: number): void {
    this.jumps++
    this.offset += Math.round(by)
    this.write()
    // The latest time counts even if it jumps back at once.
    void this.times
  }

  private write(): void {
    writeFileSync(join(this.folder, 'clock'), String(this.offset))
  }
}
