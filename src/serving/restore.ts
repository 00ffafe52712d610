/**
 * Brings an adaptation back that cannot answer as it is: only its examples were kept, or its initialization has been replaced
 * by another version. It is learned again from the examples, once for all who wait.
 */
import {
  type AdaptationStore,
  type Learned,
  type StoredAdaptation,
  type StoredInfo,
  StoreFullError,
} from '../store/adaptation-store.js'
import { examplesOf, unsuitable } from './adaptations.js'
import type { Learning } from './learning.js'
import type { ColdStart, Observer } from './observer.js'
import type { ServedModel } from './served-model.js'
import { ServingError } from './serving-error.js'
import { type Task, unlessAborted } from './task.js'
import { Timeline } from './timeline.js'

/** An adaptation that can answer. */
export interface Warm {
  readonly info: StoredInfo
  readonly learned: Learned
}

export class Restore {
  /** By the mark of what is restored. */
  private readonly underWay = new Map<string, Promise<Warm>>()

  constructor(
    private readonly learning: Learning,
    private readonly store: AdaptationStore,
    private readonly observer: Observer,
    /** Aborts when the server stops for good; who waits for an answer has a signal of their own. */
    private readonly stopping: AbortSignal,
  ) {}

  /**
   * At once where it can answer as it is. Throws ServingError, the task's reason to abort, and VersionConflictError where the
   * adaptation has been replaced in the meantime: then the new one is the one to ask.
   */
  async run({ info, learned }: StoredAdaptation, served: ServedModel, task: Task): Promise<Warm> {
    const isCurrent = info.modelDigest === served.model.digest
    if (learned && isCurrent) return { info, learned }
    let restoring = this.underWay.get(info.mark)
    if (!restoring) {
      const own = { tenant: info.tenant, signal: this.stopping, timeline: new Timeline(task.timeline.now) }
      restoring = (isCurrent ? this.again(info, served, own) : this.anew(info, served, own)).finally(() =>
        this.underWay.delete(info.mark),
      )
      this.underWay.set(info.mark, restoring)
      // Those who asked may all have left when it fails.
      restoring.catch(() => {})
    }
    const waiting = restoring
    return task.timeline.measure('engine', () => unlessAborted(waiting, task.signal))
  }

  /** The same version: the same steps from the same initialization lead to the same weights. */
  private async again(info: StoredInfo, served: ServedModel, task: Task): Promise<Warm> {
    const { steps, learningRate } = info
    const { learned } = await this.learn('examples-only', info, served, { ...info.asked, steps, learningRate }, task)
    // On a full disk it is learned again the next time.
    await this.store.restore(info, learned).catch((error: unknown) => {
      if (!(error instanceof StoreFullError)) throw error
    })
    return { info, learned }
  }

  /** A new version, from the initialization that is served now. */
  private async anew(info: StoredInfo, served: ServedModel, task: Task): Promise<Warm> {
    const made = await this.learn('new-model', info, served, info.asked, task)
    const { createdAt, expiresAt } = info
    const replacement = { ...made, info: { ...made.info, createdAt, expiresAt } }
    const stored = await this.store.put(replacement, info)
    return { info: stored.info, learned: made.learned }
  }

  private async learn(why: ColdStart, info: StoredInfo, served: ServedModel, asked: StoredInfo['asked'], task: Task) {
    const examples = await examplesOf(this.store, info, served, task.timeline)
    this.observer.coldStart(why)
    try {
      return await this.learning.run({ id: info.id, served, examples, asked }, task)
    } catch (error) {
      // Who predicts has sent no examples that could be mended.
      throw error instanceof ServingError && error.failure.code === 'unfit-examples' ? unsuitable(info) : error
    }
  }
}
