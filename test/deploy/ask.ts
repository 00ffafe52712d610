/** Requests that fetch cannot make: over a socket file, from another address, with any header. */
import { type IncomingHttpHeaders, request } from 'node:http'
import { z } from 'zod'

export type Place = { readonly socketPath: string } | { readonly port: number; readonly localAddress?: string }

export interface Question {
  readonly method?: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON; a buffer as it is. */
  readonly body?: object
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** Resolves with the whole answer; rejects with the system's error. */
export function ask(place: Place, { method, path, headers = {}, body }: Question): Promise<Answer> {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body === undefined ? '' : JSON.stringify(body))
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  const length = 'transfer-encoding' in headers ? {} : { 'content-length': bytes.byteLength }
  return new Promise((resolve, reject) => {
    const asked = request({
      host: '127.0.0.1',
      ...place,
      agent: false,
      path,
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { ...type, ...length, ...headers },
    })
    asked.once('error', reject)
    asked.once('response', (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => {
        text += chunk
      })
      response.once('error', reject)
      response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
    asked.end(bytes)
  })
}

const problem = z.looseObject({ type: z.string(), status: z.number(), detail: z.string() })

/** The problem document of an answer; throws where it is none. */
export function problemIn({ status, headers, text }: Answer): z.infer<typeof problem> {
  if (!headers['content-type']?.startsWith('application/problem+json'))
    throw new Error(`${status} is no problem: ${text}`)
  const found = problem.parse(JSON.parse(text))
  if (found.status !== status) throw new Error(`The status is ${status}, the document says ${found.status}.`)
  return found
}
