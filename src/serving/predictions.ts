/**
 * Predictions on their way to the engine. What waits for the same adapted weights, or arrives in the same turn of the event
 * loop, goes together in one run: batch while busy, never wait for more than is worth a run.
 */
import type { Adaptation, Learner } from '../learner/learner.js'
import type { Scheduler, Turn, Work } from './scheduler.js'
import { asServingError, ServingError } from './serving-error.js'
import { type Task, unlessAborted } from './task.js'

/**
 * Inputs that are worth a run: the engine begins with them while what has arrived with them is still being read, which makes it
 * 12% more requests. (Of the Omniglot network an input costs 0.17 ms alone, 0.08 among 8, 0.07 among 32.)
 */
const enough = 8

/** One request's inputs, and what has been answered of them. */
interface Ask {
  readonly inputs: readonly Float32Array[]
  readonly outputs: Float32Array[]
  readonly task: Task
  waitingSince: number
  readonly resolve: (outputs: Float32Array[]) => void
  readonly reject: (error: unknown) => void
}

/** The next inputs of an ask, which go into a run. */
interface Share {
  readonly ask: Ask
  readonly inputs: readonly Float32Array[]
}

export type Subject = Pick<Adaptation, 'classes' | 'weights' | 'statistics'>

export class Predictions {
  private readonly groups = new WeakMap<Float32Array, Group>()

  constructor(private readonly scheduler: Scheduler) {}

  /** One array an input. Throws ServingError `unfit-inputs`, and the signal's reason as soon as that aborts. */
  run(learner: Learner, subject: Subject, inputs: readonly Float32Array[], task: Task): Promise<Float32Array[]> {
    if (inputs.length === 0) return Promise.resolve([])
    const answered = new Promise<Float32Array[]>((resolve, reject) => {
      const ask = { inputs, outputs: [], task, waitingSince: task.timeline.now(), resolve, reject }
      this.groupOf(learner, subject, task.tenant).join(ask)
    })
    return unlessAborted(answered, task.signal)
  }

  private groupOf(learner: Learner, subject: Subject, tenant: string): Group {
    const { groups } = this
    const open = groups.get(subject.weights)
    if (open) return open
    const group: Group = new Group(learner, subject, tenant, {
      submit: () => this.scheduler.submit(group),
      close: () => groups.delete(subject.weights),
    })
    groups.set(subject.weights, group)
    return group
  }
}

interface Doors {
  submit(): void
  /** Who comes now starts a new group. */
  close(): void
}

/** All that waits for one client's weights. */
class Group implements Work {
  readonly kind = 'predict'
  private asks: Ask[] = []
  private size = 0
  private submitted = false

  constructor(
    private readonly learner: Learner,
    private readonly subject: Subject,
    readonly tenant: string,
    private readonly doors: Doors,
  ) {}

  join(ask: Ask): void {
    this.asks.push(ask)
    this.size += ask.inputs.length
    if (this.size >= enough) this.submit()
    // When all that has arrived with the first one has been read: it goes into the same run.
    else if (this.asks.length === 1) setImmediate(() => this.submit())
  }

  async turn(): Promise<Turn> {
    const shares = this.shares()
    const size = shares.reduce((sum, { inputs }) => sum + inputs.length, 0)
    const done = this.asks.length === 0
    // Before the run: who comes during it can have the next one.
    if (done) this.doors.close()
    if (size > 0) await this.answer(shares)
    return { done, size }
  }

  private submit(): void {
    if (this.submitted) return
    this.submitted = true
    this.doors.submit()
  }

  /** As many inputs as one run takes, of every ask a share; an ask that is longer goes behind the others with the rest. */
  private shares(): Share[] {
    const asks = this.asks.filter(({ task }) => !task.signal.aborted)
    const shares: Share[] = []
    const rest: Ask[] = []
    const most = this.learner.mostQueries
    const each = Math.max(1, Math.floor(most / Math.max(1, asks.length)))
    let room = most
    for (const [place, ask] of asks.entries()) {
      if (room === 0) {
        this.asks = [...asks.slice(place), ...rest]
        return shares
      }
      const from = ask.outputs.length
      const inputs = ask.inputs.slice(from, from + Math.min(each, room))
      room -= inputs.length
      shares.push({ ask, inputs })
      if (from + inputs.length < ask.inputs.length) rest.push(ask)
    }
    this.asks = rest
    return shares
  }

  private async answer(shares: readonly Share[]): Promise<void> {
    for (const { ask } of shares) ask.task.timeline.add('queue', ask.waitingSince)
    const starts = shares.map(({ ask }) => ask.task.timeline.now())
    const inputs = shares.flatMap((share) => share.inputs)
    try {
      const outputs = await this.learner.predict(this.subject, inputs)
      let from = 0
      shares.forEach(({ ask, inputs }, i) => {
        ask.task.timeline.add('engine', starts[i] ?? 0)
        ask.waitingSince = ask.task.timeline.now()
        this.take(ask, outputs.slice(from, from + inputs.length))
        from += inputs.length
      })
    } catch (error) {
      for (const { ask } of shares) this.fail(ask, asServingError(error))
    }
  }

  private take(ask: Ask, outputs: readonly Float32Array[]): void {
    ask.outputs.push(...outputs)
    const unfit = outputs.findIndex((row) => !row.every(Number.isFinite))
    if (unfit >= 0) this.fail(ask, unfitInput(ask.outputs.length - outputs.length + unfit))
    else if (ask.outputs.length === ask.inputs.length) ask.resolve(ask.outputs)
  }

  private fail(ask: Ask, error: unknown): void {
    this.asks = this.asks.filter((other) => other !== ask)
    ask.reject(error)
  }
}

/** What an adapted model has no finite answer to. */
function unfitInput(place: number): ServingError {
  return new ServingError(
    { code: 'unfit-inputs' },
    `Input ${place} leads to numbers that are not finite; send values of the size that the examples had.`,
  )
}
