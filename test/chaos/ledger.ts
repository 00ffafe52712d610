/** What was asked for and acknowledged under every id, and what was found wrong. */
import { type Answer, problemOf, type Reply } from './ask.js'
import { Entry } from './entry.js'
import type { ModelVersions } from './model-versions.js'
import type { WallClock } from './wall-clock.js'

/** `lost`: what was acknowledged is not there; `wrong`: another answer than the right one; `other`: any other broken promise. */
export interface Violation {
  readonly kind: 'lost' | 'wrong' | 'other'
  readonly what: string
}

export class Ledger {
  readonly entries = new Map<string, Entry>()
  readonly violations: Violation[] = []
  /** Answers of 201 and 204. */
  acknowledged = 0
  /** Answers that were compared with the reference. */
  compared = 0
  /** Answers by kind of problem, or status, and requests without an answer: a fault that leaves no trace here was none. */
  readonly met = new Map<string, number>()
  /** What the fault at hand explains: kinds of problems, and `broken` for connections. */
  excuses: ReadonlySet<string> = new Set()
  /** Of the fault at hand, for the record. */
  scene = ''
  private operations = 0

  constructor(
    private readonly models: ModelVersions,
    private readonly clock: WallClock,
  ) {}

  /** Of the initializations that are served now. */
  get origin(): string {
    return this.models.current
  }

  entry(id: string): Entry {
    const known = this.entries.get(id)
    if (known) return known
    const { clock, models } = this
    const around = {
      get times() {
        return clock.times
      },
      get origin() {
        return models.current
      },
    }
    const made = new Entry(id, around)
    this.entries.set(id, made)
    return made
  }

  /** Each operation is one of its own, even if it asks for the same. */
  nextNumber(): number {
    return ++this.operations
  }

  meet(reply: Reply): void {
    const kind = typeof reply === 'string' ? reply : (problemOf(reply) ?? String(reply.status))
    this.met.set(kind, (this.met.get(kind) ?? 0) + 1)
    if (typeof reply !== 'string' && hasStack(reply)) this.note('other', `there is a stack in ${reply.text}`)
  }

  settle(): void {
    for (const entry of this.entries.values()) entry.settle()
  }

  /** Of ids under which nothing is, for certain, nothing is to be checked but that no list shows them. */
  forgetEmpty(): void {
    for (const [id, entry] of this.entries) if (!entry.mayExist) this.entries.delete(id)
  }

  note(kind: Violation['kind'], what: string): void {
    this.violations.push({ kind, what: `${this.scene}: ${what}` })
  }

  /** About one id, of which nothing is known from now on: what follows would be told again and again. */
  report(kind: Violation['kind'], entry: Entry, what: string, reply?: Reply): void {
    if (entry.reported) return
    entry.reported = true
    const answer =
      reply === undefined || typeof reply === 'string' ? '' : ` ${reply.status} ${reply.text.slice(0, 500)}`
    this.note(kind, `${entry.id}: ${what}${answer}; there can be ${entry.description}`)
  }
}

function hasStack({ text, status }: Answer): boolean {
  return status >= 400 && /\bat (async )?[\w.<>[\] ]* ?\(?(file|node):|node_modules|dist\/|\.js:\d+/.test(text)
}
