/**
 * The form of every record on disk: a header with a checksum, then the payload. Numbers are little-endian, as on every
 * machine the engine runs on.
 *
 *   0  magic 'RSAD'          4  format version      5  kind       6  two zero bytes
 *   8  CRC-32 of the key, of all that stands before it and of all that follows it
 *  12  payload length        16 version of the adaptation, as a double
 *  24  payload
 *
 * The key is part of the checksum, so that a record which ended up under another key is not believed there.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { crc32 } from 'node:zlib'

export type RecordKind = 'info' | 'learned' | 'examples'

export interface OpenedRecord {
  readonly version: number
  /** A view: valid as long as the bytes it was opened from. */
  readonly payload: Buffer
}

/** A record that is not what was written; the message says what is wrong, the store says what to do. */
export class RecordError extends Error {
  override readonly name = 'RecordError'
}

export const magic = Buffer.from('RSAD', 'latin1')
const formatVersion = 1
const headerBytes = 24
const checksumAt = 8
const kinds: Readonly<Record<RecordKind, number>> = { info: 1, learned: 2, examples: 3 }

/** A checksum and a copy of so much take about a millisecond; after that the event loop has its turn. */
const sliceBytes = 4 * 2 ** 20

/** `parts` are the payload, one after the other; they must not change until it resolves. */
export async function sealRecord(
  kind: RecordKind,
  key: Uint8Array,
  version: number,
  parts: readonly Uint8Array[],
): Promise<Buffer> {
  const length = parts.reduce((sum, part) => sum + part.byteLength, 0)
  const record = Buffer.allocUnsafeSlow(headerBytes + length)
  magic.copy(record)
  record.writeUInt8(formatVersion, 4)
  record.writeUInt8(kinds[kind], 5)
  record.writeUInt16LE(0, 6)
  record.writeUInt32LE(length, 12)
  record.writeDoubleLE(version, 16)
  let checksum = headerChecksum(key, record)
  let at = headerBytes
  let sinceTurn = 0
  for (const part of parts) {
    for (let from = 0; from < part.byteLength; from += sliceBytes) {
      const slice = part.subarray(from, from + sliceBytes)
      record.set(slice, at)
      checksum = crc32(slice, checksum)
      at += slice.byteLength
      sinceTurn += slice.byteLength
      if (sinceTurn >= sliceBytes) {
        sinceTurn = 0
        await nextTurn()
      }
    }
  }
  record.writeUInt32LE(checksum, checksumAt)
  return record
}

/** Throws RecordError. All at once: for records that are soon read, and for bytes that the next read overwrites. */
export function openRecord(kind: RecordKind, key: Uint8Array, record: Buffer): OpenedRecord {
  const opened = openHeader(kind, record)
  requireChecksum(crc32(opened.payload, headerChecksum(key, record)), record)
  return opened
}

/** As openRecord, but lets the event loop have its turns; the bytes must stay. */
export async function openLargeRecord(kind: RecordKind, key: Uint8Array, record: Buffer): Promise<OpenedRecord> {
  const opened = openHeader(kind, record)
  let checksum = headerChecksum(key, record)
  for (let from = 0; from < opened.payload.length; from += sliceBytes) {
    if (from > 0) await nextTurn()
    checksum = crc32(opened.payload.subarray(from, from + sliceBytes), checksum)
  }
  requireChecksum(checksum, record)
  return opened
}

function openHeader(kind: RecordKind, record: Buffer): OpenedRecord {
  if (record.length < headerBytes || !magic.equals(record.subarray(0, magic.length))) {
    throw new RecordError('it does not begin as a record does')
  }
  const format = record.readUInt8(4)
  if (format !== formatVersion) throw new RecordError(`its format is version ${format}, not ${formatVersion}`)
  if (record.readUInt8(5) !== kinds[kind]) throw new RecordError('it is another kind of record')
  const payload = record.subarray(headerBytes)
  if (record.readUInt32LE(12) !== payload.length) throw new RecordError('its length is wrong')
  return { version: record.readDoubleLE(16), payload }
}

function headerChecksum(key: Uint8Array, record: Buffer): number {
  const before = crc32(record.subarray(0, checksumAt), crc32(key))
  return crc32(record.subarray(checksumAt + 4, headerBytes), before)
}

function requireChecksum(checksum: number, record: Buffer): void {
  if (record.readUInt32LE(checksumAt) !== checksum) throw new RecordError('its checksum is wrong')
}
