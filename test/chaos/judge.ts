/** Compares each answer with all that the ledger holds possible. */
import { type Answer, jsonOf, problemOf, type Reply } from './ask.js'
import type { Entry, Reading } from './entry.js'
import type { Ledger } from './ledger.js'
import type { Reference } from './reference.js'
import { alike, type SeenAdaptation, type SeenPredictions, seenAdaptation, seenPredictions } from './seen.js'
import { isUnanswerable, isUnextendable, isUnreadable, type Kept, type Operation, type Value } from './value.js'

/** What was asked about, and all that may have been there from the request to the answer. */
interface Case {
  readonly entry: Entry
  readonly reading: Reading
  readonly values: readonly Value[]
  /** Of the values, those that had not expired for certain. */
  readonly alive: readonly Kept[]
}

export class Judge {
  constructor(
    private readonly ledger: Ledger,
    private readonly reference: Reference,
  ) {}

  write(entry: Entry, operation: Operation, reading: Reading, reply: Reply): void {
    const open = toCase(entry, reading)
    if (reply === 'refused') this.notDone(open, operation, 'a refused connection')
    else if (typeof reply === 'string') this.unanswered(open, reply)
    else if (reply.status === 201 || reply.status === 204) this.done(open, operation, reply)
    else this.refusedWrite(open, operation, reply)
  }

  /** Of the probes of the entry's model. */
  async prediction(entry: Entry, reading: Reading, reply: Reply): Promise<void> {
    const open = toCase(entry, reading)
    const { origin } = this.ledger
    if (typeof reply === 'string') return this.unanswered(open, reply)
    const outdated = ({ content, origin: from }: Kept) => content.retention === 'weights' && from !== origin
    if (reply.status !== 200) return this.refusal(open, reply, (value) => isUnanswerable(value, origin), outdated)
    const seen = seenPredictions.safeParse(jsonOf(reply.text))
    if (seen.success) return this.predictions(open, seen.data, reply)
    this.ledger.report('other', entry, 'predict was answered with', reply)
  }

  look(entry: Entry, reading: Reading, reply: Reply): void {
    const open = toCase(entry, reading)
    if (typeof reply === 'string') this.unanswered(open, reply)
    else if (reply.status !== 200) this.refusal(open, reply, isUnreadable, () => false)
    else {
      const seen = seenAdaptation.safeParse(jsonOf(reply.text)).data
      if (!seen || !open.alive.some((value) => isSeen(value, seen)))
        this.ledger.report('lost', entry, 'GET was answered with', reply)
    }
  }

  /** `seen`: all that a list has shown, while nothing else happened. */
  list(seen: ReadonlyMap<string, SeenAdaptation>): void {
    const { ledger } = this
    for (const entry of ledger.entries.values()) {
      const { alive, values } = toCase(entry, entry.beginReading())
      const found = seen.get(entry.id)
      const isRight = found ? alive.some((value) => isSeen(value, found)) : entry.mayHaveBeenGone(values)
      if (!isRight) ledger.report('lost', entry, `the list shows ${JSON.stringify(found)}`)
    }
    for (const id of seen.keys())
      if (!ledger.entries.has(id)) ledger.note('other', `the list shows ${id}, which nobody put`)
  }

  /** A page of the list while others write: it is right or it is refused, and for damage there must be a reason. */
  page(reply: Reply): void {
    if (typeof reply === 'string' || reply.status === 200) return
    const kind = kindOf(reply)
    const isDamaged = [...this.ledger.entries.values()].some(({ certain }) => certain?.damage.has('info'))
    if (this.ledger.excuses.has(kind) || (kind === 'damaged-adaptation' && isDamaged)) return
    this.ledger.note('other', `the list was answered with ${reply.text}`)
  }

  private unanswered({ entry }: Case, reply: 'refused' | 'broken' | 'left'): void {
    if (reply === 'broken' && !this.ledger.excuses.has('broken'))
      this.ledger.report('other', entry, 'a connection was broken')
  }

  private done({ entry }: Case, operation: Operation, answer: Answer): void {
    this.ledger.acknowledged++
    const gone = { version: 0, expiresAt: undefined }
    const seen = answer.status === 204 ? gone : seenAdaptation.safeParse(jsonOf(answer.text)).data
    const expiresAt = seen?.expiresAt === undefined ? undefined : Date.parse(seen.expiresAt)
    if (seen && entry.acknowledge(operation, seen.version, expiresAt)) return
    this.ledger.report('lost', entry, `that cannot come of it, but ${operation.kind} was answered with`, answer)
  }

  private refusedWrite(open: Case, operation: Operation, answer: Answer): void {
    const kind = kindOf(answer)
    // What comes too late, or from a server that stops, may have been on its way to the disk.
    if (kind !== 'deadline' && kind !== 'draining') this.notDone(open, operation, kind)
    // A put fits whatever is there, and to delete takes no reading.
    const extends_ = operation.kind === 'add'
    const isRight =
      this.ledger.excuses.has(kind) ||
      (kind === 'unknown-adaptation' && operation.kind !== 'put' && open.entry.mayHaveBeenGone(open.values)) ||
      (kind === 'damaged-adaptation' && extends_ && open.alive.some(isUnextendable)) ||
      (kind === 'not-restorable' && extends_ && open.alive.some(({ content }) => content.retention === 'weights')) ||
      (kind === 'conflict' && extends_ && open.values.length > 1)
    if (!isRight) this.refusedWrongly(open, answer)
  }

  private notDone({ entry }: Case, operation: Operation, why: string): void {
    if (!entry.refuse(operation))
      this.ledger.report('wrong', entry, `${operation.kind} has happened in spite of ${why}`)
  }

  private async predictions(open: Case, seen: SeenPredictions, answer: Answer): Promise<void> {
    const { entry, reading, alive } = open
    const { origin } = this.ledger
    const candidates = alive.filter((value) => value.version === seen.version && value.origin === origin)
    const right = new Set<string>()
    for (const { content, history } of candidates) {
      if (alike(seen.predictions, await this.reference.predictions(content, origin))) right.add(history.join())
    }
    this.ledger.compared++
    if (candidates.length === 0)
      this.ledger.report('lost', entry, 'that cannot be, but predict was answered with', answer)
    else if (right.size === 0) this.ledger.report('wrong', entry, 'predict was answered with', answer)
    else
      entry.narrow(
        reading,
        (value) => value?.version === seen.version && right.has(value.history.join()) && value.origin === origin,
      )
  }

  private refusal(
    open: Case,
    answer: Answer,
    isDamaged: (value: Kept) => boolean,
    isOutdated: (value: Kept) => boolean,
  ): void {
    const kind = kindOf(answer)
    const isRight =
      this.ledger.excuses.has(kind) ||
      (kind === 'unknown-adaptation' && open.entry.mayHaveBeenGone(open.values)) ||
      (kind === 'damaged-adaptation' && open.alive.some(isDamaged)) ||
      (kind === 'not-restorable' && open.alive.some(isOutdated)) ||
      (kind === 'conflict' && open.values.length > 1)
    if (!isRight) this.refusedWrongly(open, answer)
  }

  private refusedWrongly({ entry }: Case, answer: Answer): void {
    this.ledger.report(kindOf(answer) === 'unknown-adaptation' ? 'lost' : 'other', entry, 'the answer was', answer)
  }
}

function toCase(entry: Entry, reading: Reading): Case {
  const values = entry.endReading(reading)
  const alive = values
    .filter((value) => value !== undefined)
    // When something expires stands in what is damaged.
    .filter((value) => value.damage.has('info') || entry.mayHaveBeenAlive(value, reading))
  return { entry, reading, values, alive }
}

function kindOf(answer: Answer): string {
  return problemOf(answer) ?? 'no problem document'
}

function isSeen({ version, content }: Kept, seen: SeenAdaptation): boolean {
  const { examples, retention, seed, model } = content
  return (
    version === seen.version &&
    examples.length === seen.examples &&
    retention === seen.retention &&
    seed === seen.seed &&
    model === seen.model
  )
}
