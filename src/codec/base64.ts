/** The bytes that a JSON string stands for. */
import { CodecError } from './codec-error.js'

const dataUrl = /^data:[^,]{0,100};base64,/
const base64 = /^[A-Za-z0-9+/_-]*={0,2}$/

/**
 * Takes base64 in both alphabets (RFC 4648, sections 4 and 5), with padding or without, with line breaks, and data URLs
 * of it, which web pages have at hand. Throws CodecError for anything else.
 */
export function decodeBase64(text: string): Uint8Array {
  const start = text.startsWith('data:') ? (dataUrl.exec(text)?.[0].length ?? 0) : 0
  const body = start === 0 ? text : text.slice(start)
  // Buffer.from passes over what is not base64 and would hand damaged bytes to the decoder.
  const digits = base64.test(body) ? body : body.replace(/[\t\n\r ]+/g, '')
  const padding = digits.endsWith('==') ? 2 : digits.endsWith('=') ? 1 : 0
  const whole = padding === 0 ? digits.length % 4 !== 1 : digits.length % 4 === 0
  if (!whole || !base64.test(digits)) {
    throw new CodecError(
      'This is not base64; encode the bytes of the image file with the alphabet A-Z a-z 0-9 + / and padding.',
    )
  }
  return Buffer.from(digits, 'base64')
}
