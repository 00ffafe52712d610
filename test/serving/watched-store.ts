/** A store before whose answers a test can act, or fail. */
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

export type StoreMethod = keyof AdaptationStore

export class WatchedStore implements AdaptationStore {
  before: (method: StoreMethod) => Promise<unknown> = async () => {}

  constructor(private readonly inner: AdaptationStore) {}

  async get(key: AdaptationKey): Promise<StoredAdaptation | undefined> {
    await this.before('get')
    return this.inner.get(key)
  }

  async examples(info: StoredInfo): Promise<Examples | undefined> {
    await this.before('examples')
    return this.inner.examples(info)
  }

  async put(adaptation: NewAdaptation, replaces?: StoredInfo): Promise<StoredAdaptation> {
    await this.before('put')
    return this.inner.put(adaptation, replaces)
  }

  async restore(info: StoredInfo, learned: Learned): Promise<void> {
    await this.before('restore')
    return this.inner.restore(info, learned)
  }

  async delete(key: AdaptationKey): Promise<boolean> {
    await this.before('delete')
    return this.inner.delete(key)
  }

  async list(tenant: string, limit: number, from?: string): Promise<Page> {
    await this.before('list')
    return this.inner.list(tenant, limit, from)
  }

  async close(): Promise<void> {
    await this.before('close')
    return this.inner.close()
  }
}
