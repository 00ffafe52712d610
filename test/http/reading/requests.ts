/** What the tests of reading share. */
import type { Body } from '../../../src/http/reading/body.js'
import type { ReadingLimits } from '../../../src/http/reading/limits.js'

export const limits: ReadingLimits = {
  bodyBytes: 2 ** 24,
  imagePixels: 16e6,
  requestPixels: 20e6,
  examples: 20,
  inputs: 30,
  labelLength: 10,
  steps: 50,
}

export const goesOn = new AbortController().signal

export function jsonBody(value: unknown): Body {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return { bytes: new Uint8Array(Buffer.from(text)), type: { kind: 'json' }, reserved: 0 }
}

export interface FormPart {
  readonly name: string
  readonly filename?: string
  readonly type?: string
  readonly content: Uint8Array | string
}

export const boundary = 'a-boundary'

/** As curl writes it. */
export function formBytes(parts: readonly FormPart[]): Buffer {
  const pieces = parts.flatMap(({ name, filename, type, content }) => {
    const file = filename === undefined ? '' : `; filename="${filename}"`
    const head = `Content-Disposition: form-data; name="${name}"${file}${type ? `\r\nContent-Type: ${type}` : ''}`
    return [Buffer.from(`--${boundary}\r\n${head}\r\n\r\n`), Buffer.from(content), Buffer.from('\r\n')]
  })
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)])
}

export function formBody(parts: readonly FormPart[]): Body {
  return { bytes: formBytes(parts), type: { kind: 'form', boundary }, reserved: 0 }
}
