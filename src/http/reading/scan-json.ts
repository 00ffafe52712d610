/**
 * One pass over the bytes of a JSON text before it is parsed: what is nested deeper, or has more parts, than any valid
 * request would take a hundred times its size in memory and is refused here. Whether it is JSON is for the parser to say.
 */
import { malformed } from './refusals.js'

/** The deepest request has 5 levels; what is a little deeper gets its fault with a pointer. */
const deepest = 32

const quote = 0x22
const backslash = 0x5c

/** `mostParts`: of objects and arrays, of texts, and of members, each. Throws HttpError `invalid-request`. */
export function scanJson(bytes: Uint8Array, mostParts: number): void {
  let depth = 0
  let containers = 0
  let members = 0
  let texts = 0
  for (let at = 0; at < bytes.byteLength; at++) {
    switch (bytes[at]) {
      case 0x7b:
      case 0x5b:
        containers++
        if (++depth > deepest) throw malformed(`The JSON is nested more than ${deepest} deep; send what is documented.`)
        if (containers > mostParts) throw tooManyParts()
        break
      case 0x7d:
      case 0x5d:
        depth--
        break
      case 0x3a:
        if (++members > mostParts) throw tooManyParts()
        break
      case quote:
        if (++texts > mostParts) throw tooManyParts()
        at = endOfText(bytes, at + 1)
        break
    }
  }
}

/** The position of the quote that ends the text; past the end of the bytes where there is none. */
function endOfText(bytes: Uint8Array, start: number): number {
  for (let from = start; ; ) {
    const at = bytes.indexOf(quote, from)
    if (at < 0) return bytes.byteLength
    let before = at - 1
    while (before >= start && bytes[before] === backslash) before--
    if ((at - 1 - before) % 2 === 0) return at
    from = at + 1
  }
}

function tooManyParts() {
  return malformed('The body has far more parts than any request; send fewer examples or inputs at a time.')
}
