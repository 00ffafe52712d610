/** Where a meta-training stands: all that the next meta-iteration depends on, beside settings, data and seed. */
import type { Initialization } from '../../learner/initialization.js'

export interface MetaState {
  /** Meta-iterations done. */
  readonly iteration: number
  readonly initialization: Initialization
  /** Of the outer optimizer, one vector of each kind and part (meta/outer-optimizer.ts); empty for plain meta-steps. */
  readonly outer: readonly Float32Array[]
}

export interface MetaIteration {
  readonly state: MetaState
  /** Mean losses, over the iteration's tasks, before the first inner step and before the last. */
  readonly firstLoss: number
  readonly lastLoss: number
}
