/** What the errors of Node's HTTP parser mean to the client, and how it is told where there is no response to tell it by. */
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Failure } from '../failure.js'
import { toProblem } from '../problem.js'

export interface ParserFailure {
  readonly failure: Failure
  readonly detail: string
}

/** How long a client may take to receive its answer and hang up, in milliseconds. */
const partingMs = 1000

/** The first byte of a TLS handshake. */
const handshake = 0x16

/** Undefined where nobody is left to be told. */
export function parserFailure(error: Error): ParserFailure | undefined {
  switch ('code' in error ? error.code : undefined) {
    case 'ECONNRESET':
    case 'EPIPE':
      return undefined
    case 'HPE_HEADER_OVERFLOW':
      return { failure: { code: 'headers-too-large' }, detail: 'Send less than 16 KiB of address and headers.' }
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return {
        failure: { code: 'request-timeout' },
        detail: 'The request did not arrive in time; send it again, faster.',
      }
  }
  const packet = 'rawPacket' in error ? error.rawPacket : undefined
  const detail =
    packet instanceof Uint8Array && packet[0] === handshake
      ? 'This port speaks plain HTTP; use http:// in place of https://.'
      : `Send a request as HTTP/1.1 has it: ${reasonOf(error)}.`
  return { failure: { code: 'malformed-request' }, detail }
}

/** Node says `Parse Error: Invalid method encountered`, and the like. */
function reasonOf(error: Error): string {
  return error.message.replace(/^Parse Error: /, '').replace(/\.$/, '')
}

/** Answers on the bare socket and closes it. Returns the status. */
export function refuseOnSocket(socket: Duplex, { failure, detail }: ParserFailure): number {
  const problem = toProblem(failure, detail)
  const body = `${JSON.stringify(problem)}\n`
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  // Closed at once, the client might see a reset before the answer; left open, it could stay for ever.
  const cut = setTimeout(() => socket.destroy(), partingMs)
  socket.once('close', () => clearTimeout(cut))
  return problem.status
}
