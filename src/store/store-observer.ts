/** What a store tells of itself while it works; the metrics listen. */
import type { AdaptationKey } from './adaptation-store.js'

/** Why an adaptation left memory: it made room, a newer version took its place, someone asked, or its time was up. */
export type Departure = 'evicted' | 'replaced' | 'deleted' | 'expired'

export interface StoreObserver {
  /** It was asked for and was in memory. */
  hit(): void
  miss(): void
  /** After `ageMs` milliseconds in memory. */
  departed(why: Departure, ageMs: number): void
  /** Its learned weights are damaged on disk, its examples are whole: it will be learned again. */
  damaged(key: AdaptationKey): void
  /** Making room (a sweep of what has expired) failed; it is tried again. */
  sweepFailed(error: unknown): void
}

export const silentObserver: StoreObserver = { hit() {}, miss() {}, departed() {}, damaged() {}, sweepFailed() {} }
