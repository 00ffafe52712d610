/** Where adaptations are kept. Implementations: memory.ts (one conformance suite for all). */

/** What names an adaptation: one tenant's id says nothing to another. */
export interface AdaptationKey {
  readonly tenant: string
  readonly id: string
}

/** One client's own model with all that is needed to predict with it and to say how it was made. */
export interface NewAdaptation extends AdaptationKey {
  /** The initialization it started from: its name, and the digest that names exactly these weights. */
  readonly model: string
  readonly modelDigest: string
  /** The label of each class; empty for regression. */
  readonly labels: readonly string[]
  readonly classes: number
  readonly examples: number
  readonly steps: number
  readonly learningRate: number
  readonly seed: number
  readonly losses: readonly number[]
  /** Flat, as the learner made them. */
  readonly weights: Float32Array
  readonly statistics: Float32Array
}

export interface StoredAdaptation extends NewAdaptation {
  /** 1 for the first under its key, one more for each that replaces it. */
  readonly version: number
  /** What it takes of the store's memory. */
  readonly bytes: number
}

export interface Page {
  /** By id. */
  readonly adaptations: readonly StoredAdaptation[]
  /** Where the next page starts; undefined on the last one. */
  readonly next: string | undefined
}

export interface AdaptationStore {
  get(key: AdaptationKey): Promise<StoredAdaptation | undefined>
  /** Replaces what is there at once: a reader sees the old one or the new one. Throws StoreFullError. */
  put(adaptation: NewAdaptation): Promise<StoredAdaptation>
  /** Whether there was one. */
  delete(key: AdaptationKey): Promise<boolean>
  /** One tenant's adaptations, at most `limit`, from the id `from` on. */
  list(tenant: string, limit: number, from?: string): Promise<Page>
  close(): Promise<void>
}

/** An adaptation that would not fit even if nothing else were kept. */
export class StoreFullError extends Error {
  override readonly name = 'StoreFullError'
}
