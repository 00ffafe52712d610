/** A store that fails when it is told to. */
import type {
  AdaptationKey,
  AdaptationStore,
  Examples,
  Learned,
  NewAdaptation,
  Page,
  StoredAdaptation,
  StoredInfo,
} from '../../src/store/adaptation-store.js'

export class FaultyStore implements AdaptationStore {
  /** What every call throws; undefined: the store works. */
  fault: Error | undefined

  constructor(private readonly inner: AdaptationStore) {}

  get(key: AdaptationKey): Promise<StoredAdaptation | undefined> {
    return this.attempt(() => this.inner.get(key))
  }

  examples(info: StoredInfo): Promise<Examples | undefined> {
    return this.attempt(() => this.inner.examples(info))
  }

  put(adaptation: NewAdaptation, replaces?: StoredInfo): Promise<StoredAdaptation> {
    return this.attempt(() => this.inner.put(adaptation, replaces))
  }

  restore(info: StoredInfo, learned: Learned): Promise<void> {
    return this.attempt(() => this.inner.restore(info, learned))
  }

  delete(key: AdaptationKey): Promise<boolean> {
    return this.attempt(() => this.inner.delete(key))
  }

  list(tenant: string, limit: number, from?: string): Promise<Page> {
    return this.attempt(() => this.inner.list(tenant, limit, from))
  }

  close(): Promise<void> {
    return this.inner.close()
  }

  private attempt<T>(call: () => Promise<T>): Promise<T> {
    return this.fault ? Promise.reject(this.fault) : call()
  }
}
