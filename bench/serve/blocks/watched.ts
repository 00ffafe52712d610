/** Our server with a probe of its event loop inside (loop-probe.mjs). */
import { once } from 'node:events'
import { z } from 'zod'
import { oursCommand } from '../ours.js'
import { ServerProcess } from '../server-process.js'

const blockSchema = z.object({
  /** Milliseconds between two turns of the event loop, at most. */
  blockedMs: z.number(),
  /** Of these, those that the loop's thread waited for a core. */
  waitedMs: z.number(),
  /** The most milliseconds that the loop's thread itself ran between two turns. */
  ownMs: z.number(),
  /** How many such runs took longer than 20 ms. */
  above20: z.number(),
})
export type Block = z.infer<typeof blockSchema>

const probe = new URL('./loop-probe.mjs', import.meta.url).href

export class WatchedServer {
  private constructor(private readonly process: ServerProcess) {}

  static async start(main: string, dataDir: string): Promise<WatchedServer> {
    const ours = oursCommand(main, dataDir)
    const command = (port: number) => {
      const { args, ...rest } = ours(port)
      return { ...rest, args: ['--import', probe, ...args] }
    }
    return new WatchedServer(await ServerProcess.start(command, true))
  }

  get url(): string {
    return this.process.url
  }

  /** The longest block since this was asked last. */
  async longestBlock(): Promise<Block> {
    this.process.child.send('longest block')
    const [answer] = await once(this.process.child, 'message')
    return blockSchema.parse(answer)
  }

  stop(): Promise<void> {
    return this.process.stop()
  }
}
