/** Forms byte by byte, as `curl -F` sends them. */
import { head } from './raw-request.js'

export interface Part {
  /** As it stands between the quotes. */
  readonly name: string
  readonly file?: string
  readonly type?: string
  readonly content: string | Uint8Array
}

const boundary = '------------------------d74496d66958873e'

/** The whole request in pieces. */
export function formRequest(path: string, parts: readonly Part[]): Uint8Array[] {
  const body = Buffer.concat([...parts.map(toBytes), Buffer.from(`--${boundary}--\r\n`)])
  const type = `multipart/form-data; boundary=${boundary}`
  return [Buffer.from(head('POST', path, { 'Content-Type': type, 'Content-Length': body.byteLength })), body]
}

function toBytes({ name, file, type, content }: Part): Uint8Array {
  const fileName = file === undefined ? '' : `; filename="${file}"`
  const typed = type === undefined ? '' : `Content-Type: ${type}\r\n`
  const start = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${fileName}\r\n${typed}\r\n`
  return Buffer.concat([Buffer.from(start), Buffer.from(content), Buffer.from('\r\n')])
}
