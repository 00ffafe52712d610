/** The processes of one peer, one a seat, and the contenders that live in them: each is a variant of the peer. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Contender, Mode, Prepared, Turn } from './contender.js'
import { type PeerCommand, PeerProcess } from './peer-process.js'
import type { Variant } from './peers.js'
import { type Task, writeTask } from './task.js'

/** Long enough for a line to reach every process. */
const START_DELAY_MS = 10

export class PeerCrew {
  private constructor(
    readonly about: string,
    private readonly mode: Mode,
    private readonly seats: readonly PeerProcess[],
    private readonly folder: string,
  ) {}

  /** Throws Unavailable with the reason where the peer cannot be had. */
  static async start(command: PeerCommand, mode: Mode): Promise<PeerCrew> {
    // One first: where it cannot start, the others need not try.
    const first = await PeerProcess.start(command, mode.threads)
    const others = await Promise.all(
      Array.from({ length: mode.seats - 1 }, () => PeerProcess.start(command, mode.threads)),
    )
    const folder = await mkdtemp(join(tmpdir(), 'reptile-bench-'))
    return new PeerCrew(
      first.about,
      mode,
      [first, ...others].map(({ process }) => process),
      folder,
    )
  }

  contender({ name, family, variant }: Variant): Contender {
    return {
      name,
      family,
      prepare: (task) => this.setUp(variant, task),
      run: (adaptations) => this.run(variant, adaptations),
    }
  }

  async close(): Promise<void> {
    for (const seat of this.seats) seat.close()
    await rm(this.folder, { recursive: true })
  }

  private async setUp(variant: string, task: Task): Promise<Prepared> {
    const message = await writeTask(task, this.folder, this.mode.threads)
    const digests: string[] = []
    // One after the other: what the first compiles, the others find in the compiler's cache.
    for (const seat of this.seats) digests.push((await seat.setUp(variant, message)).digest)
    return { digests }
  }

  private async run(variant: string, adaptations: number): Promise<Turn> {
    const startAt = Date.now() + START_DELAY_MS
    const replies = await Promise.all(this.seats.map((seat) => seat.run(variant, adaptations, startAt)))
    return { ms: Math.max(...replies.map(({ ms }) => ms)), losses: replies.map(({ losses }) => losses) }
  }
}
