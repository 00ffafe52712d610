/** Requests byte by byte, for what no HTTP client would send. */
import { connect } from 'node:net'

export interface RawAnswer {
  readonly status: number
  readonly head: string
  readonly text: string
}

/** Sends the pieces and takes what comes until the answer is whole or the server closes the connection. */
export async function sendRaw(port: number, ...pieces: (string | Uint8Array)[]): Promise<RawAnswer> {
  const socket = connect(port, '127.0.0.1')
  // Who is refused early may be cut off while still sending; what has come until then is the answer.
  const ended = new Promise<string>((resolve) => {
    let all = ''
    socket.on('data', (piece) => {
      all += piece
      if (isWhole(all)) socket.end()
    })
    socket.on('error', () => resolve(all)).on('close', () => resolve(all))
  })
  for (const piece of pieces) socket.write(piece)
  return toAnswer(await ended)
}

/** A request line and its headers; the connection is closed after the answer. */
export function head(method: string, path: string, headers: Readonly<Record<string, string | number>> = {}): string {
  const lines = Object.entries({ Host: 'there', Connection: 'close', ...headers }).map(([k, v]) => `${k}: ${v}\r\n`)
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`
}

/** A request with a JSON body, whole. */
export function jsonRequest(path: string, body: string): string {
  return head('POST', path, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }) + body
}

function isWhole(all: string): boolean {
  const end = all.indexOf('\r\n\r\n')
  const length = /\r\ncontent-length: (\d+)/i.exec(all.slice(0, end))?.[1]
  return end >= 0 && length !== undefined && Buffer.byteLength(all.slice(end + 4)) >= Number(length)
}

function toAnswer(all: string): RawAnswer {
  const end = all.indexOf('\r\n\r\n')
  const status = Number(/^HTTP\/1\.1 (\d+)/.exec(all)?.[1] ?? 0)
  return { status, head: all.slice(0, end), text: all.slice(end + 4) }
}
