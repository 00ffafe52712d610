/** All that a fault can reach. */
import { setTimeout as wait } from 'node:timers/promises'
import { ask, problemOf, type Reply } from './ask.js'
import { audit } from './audit.js'
import type { Dice } from './dice.js'
import type { Judge } from './judge.js'
import type { Ledger } from './ledger.js'
import type { ModelVersions } from './model-versions.js'
import type { Ending, ServerProcess } from './server-process.js'
import type { SmallDisk } from './small-disk.js'
import type { Subjects } from './subjects.js'
import type { Traffic } from './traffic.js'
import type { WallClock } from './wall-clock.js'

export interface Parts {
  readonly dice: Dice
  readonly server: ServerProcess
  readonly ledger: Ledger
  readonly judge: Judge
  readonly traffic: Traffic
  readonly subjects: Subjects
  readonly clock: WallClock
  readonly models: ModelVersions
  /** Undefined: the disk cannot be filled. */
  readonly disk: SmallDisk | undefined
  /** Where inside.mjs is told what to do. */
  readonly folder: string
  readonly dataFile: string
}

export class Stage {
  /** Requests that a later fault may outlast. */
  private readonly background = new Set<Promise<void>>()

  constructor(readonly parts: Parts) {}

  get port(): () => number {
    return () => this.parts.server.port
  }

  /** The server is started until it is ready; says with which words it refused, if it did. */
  async start(): Promise<string | undefined> {
    const ending = await this.parts.server.start()
    return ending && `${ending.words.trim()} (${ending.code ?? ending.signal})`
  }

  /** Ended with this signal and started again, which must both go well. */
  async restart(signal: 'SIGKILL' | 'SIGTERM', between: () => void = () => {}): Promise<void> {
    await this.end(signal)
    between()
    const refusal = await this.start()
    if (refusal === undefined) return
    this.parts.ledger.note('other', `the server did not come back: ${refusal}`)
    throw new Error(`The server did not come back: ${refusal}`)
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const { server, ledger } = this.parts
    const ending = await server.end(signal)
    if (signal === 'SIGTERM' && ending.code !== 0)
      ledger.note('other', `SIGTERM ended it with ${JSON.stringify(ending)}`)
  }

  /** Nothing is under way, and all is looked over. */
  async settle(): Promise<void> {
    const { traffic, ledger, judge } = this.parts
    await traffic.pause()
    await this.quiet()
    ledger.settle()
    await audit(traffic, ledger, judge)
    ledger.forgetEmpty()
  }

  /** Goes on beside other faults: it must be answered as too slow, unless its server ends before. */
  expectTimeout(reply: Promise<Reply>): void {
    const { server, ledger } = this.parts
    const { ends } = server
    const judged = reply.then((outcome) => {
      ledger.meet(outcome)
      if (
        typeof outcome === 'string'
          ? ends !== server.ends || outcome === 'refused'
          : problemOf(outcome) === 'request-timeout'
      )
        return
      ledger.note('other', `a request that never came to its end was answered with ${JSON.stringify(outcome)}`)
    })
    this.background.add(judged)
    void judged.finally(() => this.background.delete(judged))
  }

  async finishBackground(): Promise<void> {
    await Promise.all(this.background)
  }

  crashed({ code, signal, words }: Ending): void {
    this.parts.ledger.note('other', `the server ended by itself with ${code ?? signal}: ${words}`)
  }

  /** Whoever hung up has left nothing behind. */
  private async quiet(): Promise<void> {
    for (let tries = 0; tries < 1000; tries++) {
      const reply = await ask(this.port(), { method: 'GET', path: '/metrics' })
      if (typeof reply !== 'string' && /^reptile_requests_under_way 0$/m.test(reply.text)) return
      await wait(5)
    }
    this.parts.ledger.note('other', 'requests stay under way that nobody waits for')
  }
}
