/** The record that says how an adaptation was made: JSON, then its losses as doubles. */
import type { StoredInfo } from './adaptation-store.js'
import { bytesOf, PayloadReader, textParts } from './payload.js'
import { openRecord, RecordError, sealRecord } from './record-format.js'

export function sealInfo(key: Uint8Array, info: StoredInfo): Promise<Buffer> {
  const { version, losses, ...rest } = info
  const counted = [bytesOf(Uint32Array.of(losses.length)), bytesOf(Float64Array.from(losses))]
  return sealRecord('info', key, version, [...textParts(JSON.stringify(rest)), ...counted])
}

export function openInfo(key: Uint8Array, record: Buffer): StoredInfo {
  const { version, payload } = openRecord('info', key, record)
  const reader = new PayloadReader(payload)
  const rest = reader.json()
  const losses = Array.from(reader.doubles(reader.count()))
  reader.end()
  if (!isRest(rest)) throw new RecordError('it lacks what an adaptation must say')
  // JSON leaves out what is undefined.
  const { steps, learningRate, seed, ttlSeconds, retention } = rest.asked
  const asked = { steps, learningRate, seed, ttlSeconds, retention }
  return { ...rest, asked, expiresAt: rest.expiresAt, losses, version }
}

type Rest = Omit<StoredInfo, 'version' | 'losses'>

/** The checksum vouches for the rest: only this format's own writer makes one. */
function isRest(value: unknown): value is Rest {
  return typeof value === 'object' && value !== null && 'tenant' in value && 'id' in value && 'asked' in value
}
