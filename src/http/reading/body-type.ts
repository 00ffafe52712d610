/** What the headers say of a body: only what is known is ever read. */
import type { IncomingHttpHeaders } from 'node:http'
import { HttpError } from '../failure.js'
import type { BodyType } from './body.js'

export type Compression = 'gzip' | 'deflate' | 'br'

/** Throws HttpError `unsupported-media-type`. */
export function bodyTypeOf(contentType: string | undefined): BodyType {
  // What nearly everyone sends needs no parsing.
  if (contentType === 'application/json') return { kind: 'json' }
  const [name = '', ...rest] = contentType?.split(';') ?? []
  const kind = name.trim().toLowerCase()
  if (kind === 'application/json') {
    const charset = parameter(rest, 'charset')?.toLowerCase() ?? 'utf-8'
    if (charset === 'utf-8' || charset === 'utf8') return { kind: 'json' }
    throw unsupported(`JSON is taken in UTF-8; encode the body anew and send \`Content-Type: application/json\`.`)
  }
  if (kind === 'multipart/form-data') {
    const boundary = parameter(rest, 'boundary')
    if (boundary !== undefined && /^[\x20-\x7e]{1,70}$/.test(boundary)) return { kind: 'form', boundary }
    throw unsupported('The form has no boundary; send `Content-Type: multipart/form-data; boundary=...`.')
  }
  throw unsupported(
    'Send JSON with the header `Content-Type: application/json`, or a form (`multipart/form-data`, as curl -F sends).',
  )
}

/** Undefined where the body comes as it is. Throws HttpError `unsupported-media-type`. */
export function compressionOf(headers: IncomingHttpHeaders): Compression | undefined {
  const coding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  switch (coding) {
    case 'identity':
    case '':
      return undefined
    case 'gzip':
    case 'x-gzip':
      return 'gzip'
    case 'deflate':
    case 'br':
      return coding
    default:
      throw unsupported('Send the body plain, or compressed with one of gzip, deflate and br.')
  }
}

function unsupported(detail: string): HttpError {
  return new HttpError({ code: 'unsupported-media-type' }, detail)
}

/** Of `name=value` and `name="value"`. */
function parameter(parameters: readonly string[], wanted: string): string | undefined {
  for (const text of parameters) {
    const [name = '', ...value] = text.split('=')
    if (name.trim().toLowerCase() !== wanted) continue
    return value
      .join('=')
      .trim()
      .replace(/^"(.*)"$/, '$1')
  }
  return undefined
}
