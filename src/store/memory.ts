/**
 * Keeps adaptations in memory alone, the least recently used go first when their bytes exceed the bound. It is its own hot
 * tier: what was learned stays whatever the retention says, since without it every prediction would learn again.
 */
import { randomUUID } from 'node:crypto'
import { adaptationBytes } from './adaptation-bytes.js'
import {
  type AdaptationKey,
  type AdaptationStore,
  type Examples,
  type Learned,
  type NewAdaptation,
  type Page,
  type StoredAdaptation,
  type StoredInfo,
  StoreFullError,
} from './adaptation-store.js'
import { BoundedCache } from './bounded-cache.js'
import type { Clocks } from './clocks.js'
import { compactExamples, compactLearned } from './compact.js'
import { hasExpired } from './expiry.js'
import { keyText } from './key-text.js'
import { requireSame } from './require-same.js'
import { type StoreObserver, silentObserver } from './store-observer.js'

interface Entry {
  readonly info: StoredInfo
  readonly learned: Learned
  readonly examples: Examples | undefined
}

export class MemoryStore implements AdaptationStore {
  private readonly cache: BoundedCache<Entry>

  /** `maxBytes` are for all that is kept, with the examples. */
  constructor(
    private readonly maxBytes: number,
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

  async get(key: AdaptationKey): Promise<StoredAdaptation | undefined> {
    if (!this.alive(key)) {
      this.observer.miss()
      return undefined
    }
    this.observer.hit()
    const used = this.cache.get(keyText(key))
    return used && { info: used.info, learned: used.learned }
  }

  async examples(info: StoredInfo): Promise<Examples | undefined> {
    const entry = this.alive(info)
    return entry && entry.info.mark === info.mark ? entry.examples : undefined
  }

  async put({ info, learned, examples }: NewAdaptation, replaces?: StoredInfo): Promise<StoredAdaptation> {
    const current = this.alive(info)?.info
    requireSame(current, replaces)
    const version = (current?.version ?? 0) + 1
    const entry: Entry = {
      info: { ...info, version, mark: randomUUID(), bytes: adaptationBytes(info, learned) },
      learned: compactLearned(learned),
      examples: info.asked.retention === 'weights' ? undefined : compactExamples(examples),
    }
    const size = entry.info.bytes + exampleBytes(entry.examples)
    if (size > this.maxBytes) {
      throw new StoreFullError(
        `An adaptation of ${size} bytes does not fit into HOT_BYTES=${this.maxBytes}, where STORE=memory keeps all: raise it.`,
      )
    }
    this.cache.set(keyText(info), entry, size)
    return { info: entry.info, learned: entry.learned }
  }

  /** What was put is still there as it was, or has gone as a whole: nothing is to be mended. */
  async restore(_info: StoredInfo, _learned: Learned): Promise<void> {}

  async delete(key: AdaptationKey): Promise<boolean> {
    return this.alive(key) !== undefined && this.cache.remove(keyText(key), 'deleted')
  }

  async list(tenant: string, limit: number, from = ''): Promise<Page> {
    const now = this.clocks.wall()
    const all = this.cache
      .values()
      .map(({ info }) => info)
      .filter((info) => info.tenant === tenant && info.id >= from && !hasExpired(info, now))
      .sort((a, b) => (a.id < b.id ? -1 : 1))
    return { adaptations: all.slice(0, limit), next: all[limit]?.id }
  }

  async close(): Promise<void> {
    this.cache.clear()
  }

  private alive(key: AdaptationKey): Entry | undefined {
    const entry = this.cache.peek(keyText(key))
    if (!entry || !hasExpired(entry.info, this.clocks.wall())) return entry
    this.cache.remove(keyText(key), 'expired')
    return undefined
  }
}

/** An array has a header of its own; labels are mostly a few texts many times, but need not be. */
function exampleBytes(examples: Examples | undefined): number {
  if (!examples) return 0
  const arrays = examples.kind === 'labels' ? examples.inputs : [...examples.inputs, ...examples.targets]
  const labels = examples.kind === 'labels' ? examples.labels : []
  return (
    arrays.reduce((sum, array) => sum + 200 + array.byteLength, 0) +
    labels.reduce((sum, label) => sum + 24 + 2 * label.length, 0)
  )
}
