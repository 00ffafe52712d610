/** The bytes that a JSON string stands for. */
import { CodecError } from './codec-error.js'

const dataUrl = /^data:[^,]{0,100};base64,/
const alphabet = /^[A-Za-z0-9+/]*={0,2}$/

/** Takes base64 (RFC 4648, section 4) and data URLs of it, which web pages have at hand. Throws CodecError for others. */
export function decodeBase64(text: string): Uint8Array {
  const body = text.slice(dataUrl.exec(text)?.[0].length ?? 0)
  // Buffer.from passes over what is not base64 and would hand damaged bytes to the decoder.
  if (body.length % 4 !== 0 || !alphabet.test(body)) {
    throw new CodecError(
      'This is not base64; encode the bytes of the image file with the alphabet A-Z a-z 0-9 + / and padding.',
    )
  }
  return Buffer.from(body, 'base64')
}
