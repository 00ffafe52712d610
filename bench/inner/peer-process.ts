/** A peer's child process: one request a line to its input, one reply a line from its output (peers/protocol.py). */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { Unavailable } from './contender.js'
import type { TaskMessage } from './task.js'

/** How to start a peer. The number of threads goes into its environment, where OpenMP and TensorFlow look for it. */
export interface PeerCommand {
  readonly command: string
  readonly args: readonly string[]
}

export type PeerRequest =
  | { readonly do: 'setup'; readonly variant: string; readonly task: TaskMessage }
  | { readonly do: 'run'; readonly variant: string; readonly adaptations: number; readonly startAt: number }

const replySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready'), about: z.string() }),
  z.object({ kind: z.literal('set-up'), digest: z.string() }),
  z.object({ kind: z.literal('ran'), ms: z.number(), losses: z.array(z.number()) }),
  z.object({ kind: z.literal('unavailable'), reason: z.string() }),
  z.object({ kind: z.literal('failed'), reason: z.string() }),
])
type Reply = z.infer<typeof replySchema>
type ReplyOf<K extends Reply['kind']> = Extract<Reply, { kind: K }>

interface Waiting {
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: Error) => void
}

export class PeerProcess {
  private readonly waiting: Waiting[] = []
  private lastWords = ''
  private ended: Unavailable | undefined

  private constructor(private readonly child: ChildProcessWithoutNullStreams) {
    createInterface(child.stdout).on('line', (line) => this.receive(line))
    child.stderr.on('data', (text: Buffer) => {
      this.lastWords = (this.lastWords + text.toString()).slice(-2000)
    })
    child.stdin.on('error', () => {}) // a process that ended says so by 'close'
    child.once('error', (error) => this.end(error.message))
    child.once('close', (code, signal) =>
      this.end(`ended with ${code ?? signal}: ${this.lastWords.trim().split('\n').at(-1)}`),
    )
  }

  /** Starts a peer and waits until it is ready. Throws Unavailable with the reason where it cannot be had. */
  static async start(
    { command, args }: PeerCommand,
    threads: number,
  ): Promise<{ process: PeerProcess; about: string }> {
    const count = String(threads)
    const env = {
      ...process.env,
      OMP_NUM_THREADS: count,
      MKL_NUM_THREADS: count,
      TF_NUM_INTRAOP_THREADS: count,
      TF_CPP_MIN_LOG_LEVEL: '3',
      // TensorFlow would take all memory of a GPU, where ours computes, too.
      TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    }
    const peer = new PeerProcess(spawn(command, args, { env }))
    const { about } = await peer.reply('ready')
    return { process: peer, about }
  }

  /** Throws Unavailable where the machine cannot have this variant. */
  async setUp(variant: string, task: TaskMessage): Promise<ReplyOf<'set-up'>> {
    return await this.ask({ do: 'setup', variant, task }, 'set-up')
  }

  async run(variant: string, adaptations: number, startAt: number): Promise<ReplyOf<'ran'>> {
    return await this.ask({ do: 'run', variant, adaptations, startAt }, 'ran')
  }

  close(): void {
    this.child.stdin.end()
  }

  private ask<K extends Reply['kind']>(request: PeerRequest, kind: K): Promise<ReplyOf<K>> {
    const reply = this.reply(kind)
    this.child.stdin.write(`${JSON.stringify(request)}\n`)
    return reply
  }

  /** The next reply, which must be of this kind. */
  private async reply<K extends Reply['kind']>(kind: K): Promise<ReplyOf<K>> {
    if (this.ended) throw this.ended
    const reply = await new Promise<Reply>((resolve, reject) => this.waiting.push({ resolve, reject }))
    if (reply.kind === 'unavailable') throw new Unavailable(reply.reason)
    if (reply.kind === 'failed') throw new Error(`a peer failed: ${reply.reason}`)
    if (!isOf(reply, kind)) throw new Error(`the peer answered '${reply.kind}' where '${kind}' was due`)
    return reply
  }

  private receive(line: string): void {
    const waiting = this.waiting.shift()
    try {
      waiting?.resolve(replySchema.parse(JSON.parse(line)))
    } catch (error) {
      waiting?.reject(new Error(`the peer wrote '${line.slice(0, 200)}'`, { cause: error }))
    }
  }

  private end(reason: string): void {
    this.ended ??= new Unavailable(reason)
    for (const { reject } of this.waiting.splice(0)) reject(this.ended)
  }
}

function isOf<K extends Reply['kind']>(reply: Reply, kind: K): reply is ReplyOf<K> {
  return reply.kind === kind
}
