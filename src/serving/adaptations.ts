/** What has been adapted: looking it up, listing, deleting. */
import {
  type AdaptationKey,
  type AdaptationStore,
  type Examples,
  type Page,
  type StoredAdaptation,
  type StoredInfo,
  VersionConflictError,
} from '../store/adaptation-store.js'
import { rescaled } from './scaling.js'
import type { ServedModel } from './served-model.js'
import { asServingError, ServingError } from './serving-error.js'
import { fits } from './support.js'
import type { Timeline } from './timeline.js'

export type { AskedSettings, StoredInfo } from '../store/adaptation-store.js'

export class Adaptations {
  constructor(private readonly store: AdaptationStore) {}

  /** Throws ServingError `unknown-adaptation` or `damaged-adaptation`. */
  async get(key: AdaptationKey, timeline: Timeline): Promise<StoredAdaptation> {
    const stored = await measured(timeline, () => this.store.get(key))
    if (stored) return stored
    throw unknown(key)
  }

  /** Throws ServingError `damaged-adaptation`. */
  list(tenant: string, limit: number, from: string | undefined, timeline: Timeline): Promise<Page> {
    return measured(timeline, () => this.store.list(tenant, limit, from))
  }

  /** Throws ServingError `unknown-adaptation`. */
  async delete(key: AdaptationKey, timeline: Timeline): Promise<void> {
    if (!(await measured(timeline, () => this.store.delete(key)))) throw unknown(key)
  }
}

/**
 * The examples that an adaptation has been made from, fit for the model that is served now. Throws ServingError `not-restorable`
 * where they were not kept or do not fit, and VersionConflictError where the adaptation has been replaced in the meantime.
 */
export async function examplesOf(
  store: AdaptationStore,
  info: StoredInfo,
  { model }: ServedModel,
  timeline: Timeline,
): Promise<Examples> {
  const examples = await measured(timeline, () => store.examples(info))
  const fitting = examples && fits(examples, model.artifact) ? rescaled(examples, model.artifact) : undefined
  if (fitting) return fitting
  if (examples) throw unsuitable(info)
  if (info.asked.retention !== 'weights') throw new VersionConflictError(`"${info.id}" has just been replaced.`)
  throw new ServingError(
    { code: 'not-restorable' },
    `The examples of "${info.id}" were not kept, and they are needed now; send all of them with POST /adapt.`,
  )
}

/** For examples of another version of the model, which took other inputs, or more of them. */
export function unsuitable({ id }: StoredInfo): ServingError {
  return new ServingError(
    { code: 'not-restorable' },
    `The examples of "${id}" do not fit the version of the model that is served now; send others with POST /adapt.`,
  )
}

async function measured<T>(timeline: Timeline, work: () => Promise<T>): Promise<T> {
  try {
    return await timeline.measure('store', work)
  } catch (error) {
    throw asServingError(error)
  }
}

function unknown({ id }: AdaptationKey): ServingError {
  return new ServingError(
    { code: 'unknown-adaptation' },
    `There is no adaptation named "${id}"; make one with POST /adapt.`,
  )
}
