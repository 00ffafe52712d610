/** From bytes to the value that their JSON stands for. */
import { isAscii, isUtf8 } from 'node:buffer'
import { notJson } from './refusals.js'
import { scanJson } from './scan-json.js'

/** Throws HttpError `invalid-json` or `invalid-request`. */
export function readJson(bytes: Uint8Array, mostParts: number): unknown {
  if (bytes.byteLength === 0) throw notJson('The body is empty; send a JSON object.')
  scanJson(bytes, mostParts)
  const text = decodeText(bytes)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw notJson(`Send a JSON object: ${error instanceof Error ? error.message : 'this is none'}.`)
  }
}

function decodeText(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (isAscii(buffer)) return buffer.toString('latin1')
  if (!isUtf8(buffer)) throw notJson('The body is not UTF-8; encode it anew.')
  const marked = buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf
  return buffer.toString('utf8', marked ? 3 : 0)
}
