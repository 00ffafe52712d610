/** A map bounded in bytes, whose least recently used entries make room; it tells why each one leaves. */
import { LRUCache } from 'lru-cache'
import type { Departure, StoreObserver } from './store-observer.js'

interface Entry<V> {
  readonly value: V
  /** Its bytes. */
  readonly size: number
  /** Milliseconds of the monotonic clock. */
  readonly since: number
}

export class BoundedCache<V> {
  private readonly cache: LRUCache<string, Entry<V>>
  /** Why the entry that is being removed leaves; the cache knows only that it was deleted. */
  private removal: Departure = 'deleted'

  /** What does not fit into `maxBytes` on its own is not kept. `monotonic`: milliseconds. */
  constructor(
    maxBytes: number,
    private readonly monotonic: () => number,
    observer: StoreObserver,
  ) {
    this.cache = new LRUCache({
      maxSize: Math.max(1, Math.floor(maxBytes)),
      sizeCalculation: ({ size }) => size,
      dispose: ({ since }, _key, reason) => observer.departed(this.departure(reason), monotonic() - since),
    })
  }

  get bytes(): number {
    return this.cache.calculatedSize
  }

  get entries(): number {
    return this.cache.size
  }

  values(): V[] {
    return Array.from(this.cache.values(), ({ value }) => value)
  }

  get(key: string): V | undefined {
    return this.cache.get(key)?.value
  }

  /** Without counting as a use. */
  peek(key: string): V | undefined {
    return this.cache.peek(key)?.value
  }

  set(key: string, value: V, size: number): void {
    this.cache.set(key, { value, size, since: this.monotonic() })
  }

  remove(key: string, why: Departure): boolean {
    this.removal = why
    return this.cache.delete(key)
  }

  clear(): void {
    this.removal = 'deleted'
    this.cache.clear()
  }

  private departure(reason: LRUCache.DisposeReason): Departure {
    switch (reason) {
      case 'evict':
      case 'expire':
        return 'evicted'
      case 'set':
        return 'replaced'
      case 'delete':
      case 'fetch':
        return this.removal
    }
  }
}
