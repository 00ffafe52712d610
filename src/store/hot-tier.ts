/** Adaptations ready to predict with, in memory: bounded in bytes, the least recently used go first. */
import type { AdaptationKey, Learned, StoredInfo } from './adaptation-store.js'
import { BoundedCache } from './bounded-cache.js'
import type { Clocks } from './clocks.js'
import { compactLearned } from './compact.js'
import { hasExpired } from './expiry.js'
import { keyText } from './key-text.js'
import { type StoreObserver, silentObserver } from './store-observer.js'

/** Never with its examples: a prediction does not need them. */
export interface HotAdaptation {
  readonly info: StoredInfo
  readonly learned: Learned
}

export class HotTier {
  private readonly cache: BoundedCache<HotAdaptation>

  constructor(
    maxBytes: number,
    private readonly clocks: Clocks,
    private readonly observer: StoreObserver = silentObserver,
  ) {
    this.cache = new BoundedCache(maxBytes, clocks.monotonic, observer)
  }

  get bytes(): number {
    return this.cache.bytes
  }

  get entries(): number {
    return this.cache.entries
  }

  get(key: AdaptationKey): HotAdaptation | undefined {
    const text = keyText(key)
    const hot = this.cache.get(text)
    if (hot && !hasExpired(hot.info, this.clocks.wall())) {
      this.observer.hit()
      return hot
    }
    if (hot) this.cache.remove(text, 'expired')
    this.observer.miss()
    return undefined
  }

  /** Whoever hands over the arrays must not change them afterwards. */
  set(info: StoredInfo, learned: Learned): void {
    this.cache.set(keyText(info), { info, learned: compactLearned(learned) }, info.bytes)
  }

  delete(key: AdaptationKey): boolean {
    return this.cache.remove(keyText(key), 'deleted')
  }

  clear(): void {
    this.cache.clear()
  }
}
