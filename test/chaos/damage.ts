/** Damages a record in the file of a store that is closed. */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { magic, type RecordKind } from '../../src/store/record-format.js'
import { recordKey } from '../../src/store/record-key.js'
import type { Dice } from './dice.js'

const kinds: readonly (RecordKind | undefined)[] = [undefined, 'info', 'learned', 'examples']
const headerBytes = 24

/** Every copy of the record that the file holds, old pages included. Returns how many. */
export function damageRecord(file: string, id: string, version: number, kind: RecordKind, dice: Dice): number {
  const bytes = readFileSync(file)
  const key = recordKey({ tenant: 'default', id })
  const places: { readonly at: number; readonly length: number }[] = []
  for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 1)) {
    const length = recordLength(bytes.subarray(at), key, version, kind)
    if (length !== undefined) places.push({ at, length })
  }
  const open = openSync(file, 'r+')
  try {
    for (const { at, length } of places) {
      const offset = dice.below(length)
      const end = Math.min(length, offset + dice.pick([1, 1, 2, 4, 500]))
      const turned = bytes.subarray(at + offset, at + end).map((byte) => byte ^ (1 + dice.below(255)))
      writeSync(open, turned, 0, turned.length, at + offset)
    }
  } finally {
    closeSync(open)
  }
  return places.length
}

/** Undefined where no whole record of this description begins here. */
function recordLength(bytes: Buffer, key: Buffer, version: number, kind: RecordKind): number | undefined {
  if (bytes.length < headerBytes || kinds[bytes.readUInt8(5)] !== kind || bytes.readDoubleLE(16) !== version)
    return undefined
  const length = headerBytes + bytes.readUInt32LE(12)
  if (length > bytes.length) return undefined
  const before = crc32(bytes.subarray(0, 8), crc32(key))
  return crc32(bytes.subarray(12, length), before) === bytes.readUInt32LE(8) ? length : undefined
}
