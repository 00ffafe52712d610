/** A hot tier in memory in front of a durable store. */
import type {
  AdaptationKey,
  AdaptationStore,
  Examples,
  Learned,
  NewAdaptation,
  Page,
  StoredAdaptation,
  StoredInfo,
} from './adaptation-store.js'
import type { HotTier } from './hot-tier.js'
import { KeyQueue } from './key-queue.js'
import { keyText } from './key-text.js'

/** One read of the durable store, for all who wait for it. */
interface Flight {
  readonly landing: Promise<StoredAdaptation | undefined>
}

export class TieredStore implements AdaptationStore {
  /**
   * Reads under way. A write that has happened takes its key's read out: who comes later reads anew, and what the old one
   * brings does not go into the hot tier, where it would outlive the newer version or a deletion.
   */
  private readonly flights = new Map<string, Flight>()
  /** Writes of one key, in order, so that the hot tier changes in the order in which the durable store did. */
  private readonly writes = new KeyQueue()

  constructor(
    private readonly hot: HotTier,
    private readonly durable: AdaptationStore,
  ) {}

  async get(key: AdaptationKey): Promise<StoredAdaptation | undefined> {
    return this.hot.get(key) ?? this.fetch(key)
  }

  examples(info: StoredInfo): Promise<Examples | undefined> {
    return this.durable.examples(info)
  }

  put(adaptation: NewAdaptation, replaces?: StoredInfo): Promise<StoredAdaptation> {
    const key = keyText(adaptation.info)
    return this.writes.run(key, async () => {
      const stored = await this.durable.put(adaptation, replaces)
      this.flights.delete(key)
      this.hot.set(stored.info, adaptation.learned)
      return stored
    })
  }

  restore(info: StoredInfo, learned: Learned): Promise<void> {
    return this.writes.run(keyText(info), async () => {
      const current = await this.durable.get(info)
      if (!current || current.info.mark !== info.mark) return
      this.hot.set(current.info, learned)
      await this.durable.restore(current.info, learned)
    })
  }

  delete(key: AdaptationKey): Promise<boolean> {
    const text = keyText(key)
    return this.writes.run(text, async () => {
      const existed = await this.durable.delete(key)
      this.flights.delete(text)
      this.hot.delete(key)
      return existed
    })
  }

  list(tenant: string, limit: number, from?: string): Promise<Page> {
    return this.durable.list(tenant, limit, from)
  }

  async close(): Promise<void> {
    await this.writes.idle()
    await Promise.allSettled([...this.flights.values()].map(({ landing }) => landing))
    await this.durable.close()
    this.hot.clear()
  }

  private fetch(key: AdaptationKey): Promise<StoredAdaptation | undefined> {
    const text = keyText(key)
    const underWay = this.flights.get(text)
    if (underWay) return underWay.landing
    const land = async (): Promise<StoredAdaptation | undefined> => {
      try {
        const found = await this.durable.get(key)
        if (found?.learned && this.flights.get(text) === flight) this.hot.set(found.info, found.learned)
        return found
      } finally {
        if (this.flights.get(text) === flight) this.flights.delete(text)
      }
    }
    const flight: Flight = { landing: Promise.resolve().then(land) }
    this.flights.set(text, flight)
    return flight.landing
  }
}
