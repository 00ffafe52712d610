/** Clients that adapt, replace, add examples, delete, look up, list and predict, each with ids of its own to write. */
import { setTimeout as wait } from 'node:timers/promises'
import { ask, type Question, type Reply } from './ask.js'
import type { Content } from './content.js'
import type { Dice } from './dice.js'
import type { Entry } from './entry.js'
import type { Judge } from './judge.js'
import type { Ledger } from './ledger.js'
import { predicting, writing } from './questions.js'
import type { ServerProcess } from './server-process.js'
import type { Subjects } from './subjects.js'
import type { Operation } from './value.js'

/** More of them under one id at once would make too many possible worlds. */
const mostExamples = 60

type Send = (question: Question) => Promise<Reply>

export class Traffic {
  private running = false
  private loops: Promise<void>[] = []

  constructor(
    private readonly server: ServerProcess,
    private readonly ledger: Ledger,
    private readonly judge: Judge,
    private readonly subjects: Subjects,
    private readonly dice: Dice,
    private readonly clients: number,
    private readonly idsEach: number,
  ) {}

  readonly send: Send = async (question) => {
    const reply = await ask(this.server.port, question)
    this.ledger.meet(reply)
    return reply
  }

  resume(): void {
    this.running = true
    this.loops = Array.from({ length: this.clients }, (_, client) => this.loop(client, this.dice.split()))
  }

  /** Resolves when every client has its last answer. */
  async pause(): Promise<void> {
    this.running = false
    await Promise.all(this.loops)
  }

  /** One of the ids that no client of the loops writes. */
  spare(dice: Dice): Entry {
    return this.ledger.entry(`spare-${dice.below(this.idsEach)}`)
  }

  /** Something to write under the id. */
  operation(entry: Entry, dice: Dice): Operation {
    const number = this.ledger.nextNumber()
    const now = entry.certain
    if (now && dice.chance(0.12)) return { kind: 'delete', number }
    if (now && dice.chance(0.25) && now.content.examples.length < mostExamples)
      return { kind: 'add', examples: this.subjects.examples(now.content.model, dice), number }
    return { kind: 'put', content: this.contentFor(entry, dice), number }
  }

  contentFor({ id }: Entry, dice: Dice): Content {
    return this.subjects.content(id, dice)
  }

  /** `send`: how the request reaches the server. */
  async write(entry: Entry, operation: Operation, asForm: boolean, send: Send = this.send): Promise<Reply> {
    const reading = entry.beginReading()
    entry.start(operation)
    const reply = await send(writing(entry.id, operation, asForm))
    this.judge.write(entry, operation, reading, reply)
    return reply
  }

  async predict(entry: Entry, send: Send = this.send): Promise<Reply> {
    const reading = entry.beginReading()
    const reply = await send(predicting(entry.id, this.subjects.probes(this.subjects.modelOf(entry.id))))
    await this.judge.prediction(entry, reading, reply)
    return reply
  }

  async look(entry: Entry): Promise<Reply> {
    const reading = entry.beginReading()
    const reply = await this.send({ method: 'GET', path: `/adaptations/${entry.id}` })
    this.judge.look(entry, reading, reply)
    return reply
  }

  private async loop(client: number, dice: Dice): Promise<void> {
    while (this.running) {
      const reply = await this.act(client, dice)
      // There is no server at the moment.
      if (typeof reply === 'string') await wait(10)
    }
  }

  private act(client: number, dice: Dice): Promise<Reply> {
    const own = this.ledger.entry(`c${client}-${dice.below(this.idsEach)}`)
    const anyone = dice.pick([...this.ledger.entries.values()])
    const lot = dice.between(0, 1)
    if (lot < 0.55 && !own.reported) return this.write(own, this.operation(own, dice), dice.chance(0.2))
    if (lot < 0.85) return this.predict(dice.chance(0.5) ? own : anyone)
    if (lot < 0.95) return this.look(anyone)
    return this.list(dice)
  }

  private async list(dice: Dice): Promise<Reply> {
    const reply = await this.send({ method: 'GET', path: `/adaptations?limit=${1 + dice.below(30)}` })
    this.judge.page(reply)
    return reply
  }
}
