/** Keeps adaptations in memory, the least recently used go first when their bytes exceed the bound. */
import { LRUCache } from 'lru-cache'
import { adaptationBytes } from './adaptation-bytes.js'
import {
  type AdaptationKey,
  type AdaptationStore,
  type NewAdaptation,
  type Page,
  type StoredAdaptation,
  StoreFullError,
} from './adaptation-store.js'

/** Why an adaptation left: it made room, a newer version took its place, or someone asked. */
export type Departure = 'evicted' | 'replaced' | 'deleted'

export class MemoryStore implements AdaptationStore {
  private readonly cache: LRUCache<string, StoredAdaptation>

  constructor(
    private readonly maxBytes: number,
    onDeparture: (gone: StoredAdaptation, why: Departure) => void = () => {},
  ) {
    this.cache = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ bytes }) => bytes,
      dispose: (gone, _key, reason) => onDeparture(gone, departure(reason)),
    })
  }

  /** The sum over everything kept. */
  get bytes(): number {
    return this.cache.calculatedSize
  }

  async get(key: AdaptationKey): Promise<StoredAdaptation | undefined> {
    return this.cache.get(keyOf(key))
  }

  async put(adaptation: NewAdaptation): Promise<StoredAdaptation> {
    const bytes = adaptationBytes(adaptation)
    if (bytes > this.maxBytes) {
      throw new StoreFullError(
        `An adaptation of ${bytes} bytes does not fit into CACHE_BYTES=${this.maxBytes}; raise it.`,
      )
    }
    const version = (this.cache.peek(keyOf(adaptation))?.version ?? 0) + 1
    const stored = { ...adaptation, version, bytes }
    this.cache.set(keyOf(adaptation), stored)
    return stored
  }

  async delete(key: AdaptationKey): Promise<boolean> {
    return this.cache.delete(keyOf(key))
  }

  async list(tenant: string, limit: number, from = ''): Promise<Page> {
    const all = [...this.cache.values()]
      .filter((stored) => stored.tenant === tenant && stored.id >= from)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
    return { adaptations: all.slice(0, limit), next: all[limit]?.id }
  }

  async close(): Promise<void> {
    this.cache.clear()
  }
}

/** Ids hold no spaces, so no two keys are the same text. */
function keyOf({ tenant, id }: AdaptationKey): string {
  return `${id} ${tenant}`
}

function departure(reason: LRUCache.DisposeReason): Departure {
  switch (reason) {
    case 'evict':
    case 'expire':
      return 'evicted'
    case 'set':
      return 'replaced'
    case 'delete':
    case 'fetch':
      return 'deleted'
  }
}
