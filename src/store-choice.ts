/** The store that the settings ask for. */
import { type Config, ConfigError } from './config.js'
import type { Clock, WallClock } from './serving/clock.js'
import type { AdaptationStore } from './store/adaptation-store.js'
import { HotTier } from './store/hot-tier.js'
import { LmdbStore } from './store/lmdb.js'
import { MemoryStore } from './store/memory.js'
import type { StoreObserver } from './store/store-observer.js'
import { StoreOpenError } from './store/store-open-error.js'
import { TieredStore } from './store/tiered.js'

export interface ChosenStore {
  readonly store: AdaptationStore
  /** What of it lies in memory. */
  readonly hot: { readonly bytes: number; readonly entries: number }
}

/** How often the room of what has expired is made free. */
const sweepMs = 60_000

/** Throws ConfigError where DATA_DIR cannot be used. */
export async function openStore(
  config: Config,
  monotonic: Clock,
  wall: WallClock,
  observer: StoreObserver,
): Promise<ChosenStore> {
  const clocks = { monotonic, wall }
  if (config.STORE === 'memory') {
    const store = new MemoryStore(config.HOT_BYTES, clocks, observer)
    return { store, hot: store }
  }
  const hot = new HotTier(config.HOT_BYTES, clocks, observer)
  const durable = await LmdbStore.open(config.DATA_DIR, wall, observer).catch((error: unknown) => {
    throw error instanceof StoreOpenError ? new ConfigError(error.message) : error
  })
  durable.sweepEvery(sweepMs)
  return { store: new TieredStore(hot, durable), hot }
}
