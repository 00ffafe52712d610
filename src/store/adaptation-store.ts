/**
 * Where adaptations are kept. Implementations: memory.ts, lmdb.ts, and tiered.ts, which puts a hot tier in front of another
 * (one conformance suite for all).
 */

/** What names an adaptation: one tenant's id says nothing to another. */
export interface AdaptationKey {
  readonly tenant: string
  readonly id: string
}

/** What a store keeps of an adaptation; what it leaves out is `undefined` when it is read back. */
export type Retention = 'both' | 'weights' | 'examples'

/** What its client has set, which holds when it is adapted again; undefined is left to the server. */
export interface AskedSettings {
  readonly steps: number | undefined
  readonly learningRate: number | undefined
  readonly seed: number
  readonly ttlSeconds: number | undefined
  readonly retention: Retention
}

/** How an adaptation was made: all but its numbers. */
export interface AdaptationInfo extends AdaptationKey {
  /** The initialization it started from: its name, and the digest that names exactly these weights. */
  readonly model: string
  readonly modelDigest: string
  /** The label of each class; empty for regression. */
  readonly labels: readonly string[]
  /** 0 for regression. */
  readonly classes: number
  readonly examples: number
  /** The inner steps done. */
  readonly steps: number
  readonly learningRate: number
  readonly losses: readonly number[]
  readonly asked: AskedSettings
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** Milliseconds since 1970; undefined: never. */
  readonly expiresAt: number | undefined
}

/** What the inner loop has learned: flat, as the learner made them. */
export interface Learned {
  readonly weights: Float32Array
  readonly statistics: Float32Array
}

/** What a client has sent to learn from, decoded. */
export type Examples = (LabelledExamples | TargetExamples) & {
  /** How the values of each input were scaled, by the model that was served then; undefined: they are as they were sent. */
  readonly scaling?: readonly ValueScaling[] | undefined
}

export interface ValueScaling {
  readonly name: string
  readonly mean: number
  readonly deviation: number
}

export interface LabelledExamples {
  readonly kind: 'labels'
  readonly inputs: readonly Float32Array[]
  /** One an input. */
  readonly labels: readonly string[]
}

export interface TargetExamples {
  readonly kind: 'targets'
  readonly inputs: readonly Float32Array[]
  /** One an input, of the model's output size. */
  readonly targets: readonly Float32Array[]
}

/** All there is to put; the store keeps what `info.asked.retention` says. */
export interface NewAdaptation {
  readonly info: AdaptationInfo
  readonly learned: Learned
  readonly examples: Examples
}

export interface StoredInfo extends AdaptationInfo {
  /** 1 for the first under its key, one more for each that replaces it. */
  readonly version: number
  /** Names exactly what was put: versions start at 1 again after a deletion. */
  readonly mark: string
  /** The memory that predicting with it takes (adaptation-bytes.ts). */
  readonly bytes: number
}

/** What it takes to predict: the examples are asked for apart, because only adapting again needs them. */
export interface StoredAdaptation {
  readonly info: StoredInfo
  /** Undefined where only the examples were kept, or only they are whole: then they must be learned from again. */
  readonly learned: Learned | undefined
}

export interface Page {
  /** By id, in the order of their characters' codes. */
  readonly adaptations: readonly StoredInfo[]
  /** The id that the next page starts with; undefined on the last one. */
  readonly next: string | undefined
}

/** Every method throws DamagedError for a record that cannot be trusted. What has expired is not there any more. */
export interface AdaptationStore {
  get(key: AdaptationKey): Promise<StoredAdaptation | undefined>
  /** Of exactly this version; undefined where they were not kept or another version has taken its place. */
  examples(info: StoredInfo): Promise<Examples | undefined>
  /**
   * Resolves when it is durable, as far as the store is. Replaces what is there at once: a reader sees the old one or the
   * new one. With `replaces` only that one is replaced, otherwise VersionConflictError.
   * Throws StoreFullError; then what was there is still there.
   */
  put(adaptation: NewAdaptation, replaces?: StoredInfo): Promise<StoredAdaptation>
  /** Takes in what was learned again for a version that is still the current one; otherwise does nothing. */
  restore(info: StoredInfo, learned: Learned): Promise<void>
  /** Whether there was one. */
  delete(key: AdaptationKey): Promise<boolean>
  /** One tenant's adaptations, at most `limit`, from the id `from` on. */
  list(tenant: string, limit: number, from?: string): Promise<Page>
  /** Resolves when everything is durable and freed. */
  close(): Promise<void>
}

/** No room for it, in memory or on disk; the message says what to do. */
export class StoreFullError extends Error {
  override readonly name = 'StoreFullError'
}

/** Somebody else has replaced or deleted the version that was to be replaced. */
export class VersionConflictError extends Error {
  override readonly name = 'VersionConflictError'
}

/** A record whose checksum or form is wrong: it is refused, never served. */
export class DamagedError extends Error {
  override readonly name = 'DamagedError'
}
