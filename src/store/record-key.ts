/** Keys on disk, in the order in which lists show them. */
import type { AdaptationKey } from './adaptation-store.js'

/** Binary keys may have so many bytes in LMDB's smallest pages, less what an expiry in front takes. */
const maxBytes = 1978 - 8

/**
 * The tenant with its length in front, so that no two keys are the same bytes and each tenant's stand together, then the
 * id. UTF-16 with the high byte first sorts as JavaScript compares strings, and keeps every string as it is.
 */
export function recordKey({ tenant, id }: AdaptationKey): Buffer {
  const key = Buffer.concat([tenantPrefix(tenant), utf16(id)])
  if (key.length > maxBytes) {
    throw new RangeError(
      `A tenant and an id may have ${(maxBytes - 2) / 2} characters together; these have ${tenant.length + id.length}.`,
    )
  }
  return key
}

/** All keys of a tenant begin with this. */
export function tenantPrefix(tenant: string): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(Math.min(tenant.length, 0xffff))
  return Buffer.concat([length, utf16(tenant)])
}

/** Beyond all of a tenant's keys. */
export function afterTenant(tenant: string): Buffer {
  // 0xffff is no character, so no id begins with it.
  return Buffer.concat([tenantPrefix(tenant), Buffer.from([0xff, 0xff, 0xff])])
}

export function keyOfRecord(key: Buffer): AdaptationKey {
  const end = 2 + 2 * key.readUInt16BE()
  return { tenant: text(key.subarray(2, end)), id: text(key.subarray(end)) }
}

/** Sorted by time first. `expiresAt`: milliseconds since 1970. */
export function expiryKey(expiresAt: number, key: Uint8Array): Buffer {
  const time = Buffer.alloc(8)
  // Positive doubles sort as their bytes do.
  time.writeDoubleBE(Math.max(0, expiresAt))
  return Buffer.concat([time, key])
}

export function keyOfExpiry(expiry: Buffer): { readonly expiresAt: number; readonly key: Buffer } {
  return { expiresAt: expiry.readDoubleBE(), key: expiry.subarray(8) }
}

function utf16(characters: string): Buffer {
  return Buffer.from(characters, 'utf16le').swap16()
}

/** Of a damaged key, too: without half a character at its end. */
function text(bytes: Buffer): string {
  return Buffer.from(bytes.subarray(0, bytes.length & ~1))
    .swap16()
    .toString('utf16le')
}
