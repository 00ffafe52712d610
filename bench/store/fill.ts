/** Fills a data folder with adaptations as POST /adapt makes them, without making each of them. */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import type { AdaptRequest } from '../../src/http/schemas.js'
import { defaultTenant } from '../../src/http/tenant.js'
import type { Learned, NewAdaptation } from '../../src/store/adaptation-store.js'
import { LmdbStore } from '../../src/store/lmdb.js'
import { ask } from '../serve/contender.js'
import { startOurs } from '../serve/ours.js'
import { CLIENT_PREFIX } from '../serve/turns.js'

/** Writes at a time: they share transactions. */
const AT_ONCE = 64
/** Weights differ from the template's by at most this part of themselves: each client answers a little differently. */
const SPREAD = 0.02

export interface Filled {
  /** What one takes in the hot tier by the store's own count, and its numbers alone, in bytes. */
  readonly bytes: number
  readonly numberBytes: number
  /** Durable writes. */
  readonly perSecond: number
}

/** One real adaptation, made by the server itself, is the template of all. Leaves `folder` to no one. */
export async function makeTemplate(main: string, folder: string, task: AdaptRequest): Promise<NewAdaptation> {
  const server = await startOurs(main, folder)
  try {
    await ask(`${server.url}/adapt`, { ...task, id: 'template' })
  } finally {
    await server.stop()
  }
  const store = await LmdbStore.open(folder, Date.now)
  try {
    const stored = await store.get({ tenant: defaultTenant, id: 'template' })
    const examples = stored && (await store.examples(stored.info))
    if (!stored?.learned || !examples) throw new Error('the server has not kept the adaptation it has acknowledged')
    const { version: _version, bytes: _bytes, ...info } = stored.info
    const { weights, statistics } = stored.learned
    return { info, examples, learned: { weights: weights.slice(), statistics: statistics.slice() } }
  } finally {
    await store.close()
  }
}

/** Puts clients 0 to count - 1. */
export async function fill(folder: string, template: NewAdaptation, count: number): Promise<Filled> {
  const store = await LmdbStore.open(folder, Date.now)
  const started = performance.now()
  let bytes = 0
  try {
    for (let start = 0; start < count; start += AT_ONCE) {
      const group = Array.from({ length: Math.min(AT_ONCE, count - start) }, (_, i) => copyOf(template, start + i))
      const stored = await Promise.all(group.map((one) => store.put(one)))
      bytes = stored[0]?.info.bytes ?? 0
    }
  } finally {
    await store.close()
  }
  const { weights, statistics } = template.learned
  return {
    bytes,
    numberBytes: weights.byteLength + statistics.byteLength,
    perSecond: (1000 * count) / (performance.now() - started),
  }
}

function copyOf({ info, learned, examples }: NewAdaptation, client: number): NewAdaptation {
  return { info: { ...info, id: CLIENT_PREFIX + client }, learned: shaken(learned, client), examples }
}

/** Cheap: one factor for every 16 weights. */
function shaken({ weights, statistics }: Learned, seed: number): Learned {
  const random = xoroshiro128plus(seed + 1)
  const copy = weights.slice()
  for (let i = 0; i < copy.length; i++) {
    if (i % 16 === 0) copy[i] = (weights[i] ?? 0) * (1 + SPREAD * (2 * uniformFloat64(random) - 1))
  }
  return { weights: copy, statistics }
}
