/** The record of what was learned: two counts, then weights and statistics as they are. */
import type { Learned } from './adaptation-store.js'
import { bytesOf, PayloadReader } from './payload.js'
import { openRecord, RecordError, sealRecord } from './record-format.js'

export function sealLearned(key: Uint8Array, version: number, { weights, statistics }: Learned): Promise<Buffer> {
  const counts = Uint32Array.of(weights.length, statistics.length)
  return sealRecord('learned', key, version, [bytesOf(counts), bytesOf(weights), bytesOf(statistics)])
}

/** `version`: that of the info record. */
export function openLearned(key: Uint8Array, version: number, record: Buffer): Learned {
  const opened = openRecord('learned', key, record)
  if (opened.version !== version) throw new RecordError(`it belongs to version ${opened.version}`)
  const reader = new PayloadReader(opened.payload)
  const [weights = 0, statistics = 0] = reader.counts(2)
  const learned = { weights: reader.floats(weights), statistics: reader.floats(statistics) }
  reader.end()
  return learned
}
