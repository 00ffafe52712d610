/** A learner that keeps account of what it is asked for, and lets a test act before it does it. */
import type { Adaptation, AdaptSettings, Learner, SupportSet } from '../../src/learner/learner.js'

type Weights = Pick<Adaptation, 'classes' | 'weights' | 'statistics'>

export class WatchedLearner implements Learner {
  /** The number of inputs of each call of predict. */
  readonly predicted: number[] = []
  /** Adaptations begun. */
  adapted = 0
  /** Slices begun, of all adaptations. */
  slicesRun = 0
  beforePredict: () => Promise<unknown> = async () => {}
  beforeSlice: () => Promise<unknown> = async () => {}

  constructor(private readonly inner: Learner) {}

  get maxExamples(): number {
    return this.inner.maxExamples
  }

  get mostQueries(): number {
    return this.inner.mostQueries
  }

  settingsFor(classes: number) {
    return this.inner.settingsFor(classes)
  }

  stepsASlice(classes: number, examples: number) {
    return this.inner.stepsASlice(classes, examples)
  }

  adapt(support: SupportSet, settings: AdaptSettings): Promise<Adaptation> {
    return this.inner.adapt(support, settings)
  }

  async *slices(support: SupportSet, settings: AdaptSettings): AsyncGenerator<void, Adaptation, void> {
    this.adapted++
    const slices = this.inner.slices(support, settings)
    for (;;) {
      this.slicesRun++
      await this.beforeSlice()
      const { done, value } = await slices.next()
      if (done) return value
      yield
    }
  }

  async predict(adaptation: Weights, inputs: readonly Float32Array[]): Promise<Float32Array[]> {
    this.predicted.push(inputs.length)
    await this.beforePredict()
    return this.inner.predict(adaptation, inputs)
  }

  close(): Promise<void> {
    return this.inner.close()
  }
}

/** Holds up who passes, until it is opened. */
export class Gate {
  private readonly waiting: (() => void)[] = []
  private isOpen = false

  readonly pass = (): Promise<void> =>
    this.isOpen ? Promise.resolve() : new Promise((resolve) => this.waiting.push(resolve))

  get held(): number {
    return this.waiting.length
  }

  /** For all from now on. */
  open(): void {
    this.isOpen = true
    for (const go of this.waiting.splice(0)) go()
  }

  /** For the one that has waited longest. */
  letOne(): void {
    this.waiting.shift()?.()
  }
}
