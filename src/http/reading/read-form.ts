/** The parts of a form (multipart/form-data, RFC 7578), whole and in their order. */
import { Busboy } from '@fastify/busboy'
import { fault, invalid } from '../faults.js'
import { malformed } from './refusals.js'

export interface Part {
  readonly name: string
  /** As its content type says; a part without one is a text. */
  readonly isFile: boolean
  readonly content: Uint8Array
}

/** A label, or a target of some hundred numbers; in characters. */
const longestName = 8192

/** What is longer is cut off there, and its name is too long. */
const longestHeader = 8 * longestName

const notWhole = 'The form is not whole; send it again, with the boundary that its Content-Type names.'

export interface Form {
  /** How many there are; where that is more than was asked for, none of them is read. */
  readonly count: number
  readonly parts: readonly Part[]
}

/** Throws HttpError `invalid-request`. */
export async function readForm(bytes: Uint8Array, boundary: string, most: number): Promise<Form> {
  // Busboy passes over parts that it cannot make sense of, and nothing that was sent is passed over here.
  const count = countParts(bytes, boundary)
  if (count > most) return { count, parts: [] }
  const parts = await split(bytes, boundary)
  if (parts.length !== count) {
    throw malformed(
      `Of ${count} parts of the form ${count - parts.length} have no name that can be read; name every part with ` +
        '`Content-Disposition: form-data; name="..."`.',
    )
  }
  const nameless = parts.findIndex(({ name }) => name === '')
  if (nameless >= 0) throw invalid([fault([], `Part ${nameless} of the form has an empty name; give it one.`)])
  const endless = parts.findIndex(({ name }) => name.length > longestName)
  if (endless >= 0) {
    throw invalid([fault([], `Part ${endless} of the form has a name of more than ${longestName} characters.`)])
  }
  return { count, parts }
}

function split(bytes: Uint8Array, boundary: string): Promise<Part[]> {
  return new Promise((resolve, reject) => {
    const parts: Part[] = []
    const form = new Busboy({
      headers: { 'content-type': `multipart/form-data; boundary="${boundary}"` },
      limits: { headerSize: longestHeader, headerPairs: 20 },
      isPartAFile: () => true,
      fileHwm: bytes.byteLength + 1,
    })
    form.on('file', (name: string | undefined, stream, _filename, _encoding, type) => {
      const pieces: Uint8Array[] = []
      stream.on('data', (piece: Uint8Array) => pieces.push(piece))
      stream.on('error', () => reject(malformed(notWhole)))
      stream.on('end', () => {
        const isFile = !type.startsWith('text/')
        parts.push({ name: unquote(name ?? ''), isFile, content: Buffer.concat(pieces) })
      })
    })
    form.on('error', () => reject(malformed(notWhole)))
    form.on('finish', () => resolve(parts))
    form.end(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  })
}

/** As browsers write what would end a quoted name (the fetch standard's reading of forms). */
function unquote(name: string): string {
  return name.replaceAll('%22', '"').replaceAll('%0D', '\r').replaceAll('%0A', '\n')
}

/** Delimiters but for the last, which ends the form. */
function countParts(bytes: Uint8Array, boundary: string): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const first = buffer.indexOf(`--${boundary}`)
  const delimiter = `\r\n--${boundary}`
  let count = first === 0 ? 0 : -1
  for (let at = buffer.indexOf(delimiter); at >= 0; at = buffer.indexOf(delimiter, at + 1)) count++
  return Math.max(0, count)
}
