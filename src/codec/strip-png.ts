/** A PNG without what has no say in its pixels: decoders unpack texts, of gigabytes in a small file, only to drop them. */
import { CodecError } from './codec-error.js'

/** All that tells pixels, their colours and which way is up. */
const telling = new Set([
  'IHDR',
  'PLTE',
  'IDAT',
  'IEND',
  'tRNS',
  'gAMA',
  'cHRM',
  'sRGB',
  'iCCP',
  'cICP',
  'sBIT',
  'eXIf',
])

/** Each takes a decoder some microseconds; a file of 16 MiB in pieces of a kilobyte is still taken. */
const mostChunks = 16_384

/** `bytes` themselves where there is nothing to take away. Throws CodecError for a file of far too many chunks. */
export function stripPng(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const kept: Uint8Array[] = []
  let keptFrom = 0
  let chunks = 0
  for (let at = 8, end = at; at + 12 <= bytes.byteLength; at = end) {
    end = at + 12 + view.getUint32(at)
    const name = String.fromCharCode(bytes[at + 4] ?? 0, bytes[at + 5] ?? 0, bytes[at + 6] ?? 0, bytes[at + 7] ?? 0)
    if (telling.has(name)) {
      if (++chunks > mostChunks) {
        throw new CodecError(`The PNG consists of more than ${mostChunks} chunks; save the image anew.`)
      }
      continue
    }
    if (at > keptFrom) kept.push(bytes.subarray(keptFrom, at))
    keptFrom = end
  }
  if (keptFrom === 0) return bytes
  kept.push(bytes.subarray(keptFrom))
  return Buffer.concat(kept)
}
