/** Requests to a server that may end at any moment: an answer, or how far the request came. */
import { Agent, request } from 'node:http'
import { z } from 'zod'

export interface Question {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  /** Sent as JSON; a form as it is. */
  readonly body?: object
}

export interface Answer {
  readonly status: number
  readonly type: string
  readonly text: string
}

/**
 * `refused`: the request never came to a server, or not as a whole, so that nothing can have happened; `broken`: the server
 * broke the connection; `left`: the client did.
 */
export type Reply = Answer | 'refused' | 'broken' | 'left'

export const idle = new Agent({ keepAlive: true, maxSockets: 64 })

export async function ask(port: number, { method, path, body }: Question, agent: Agent | false = idle): Promise<Reply> {
  const { bytes, type } = await encoded(body)
  const headers = bytes ? { 'content-type': type, 'content-length': bytes.byteLength } : {}
  return new Promise((resolve) => {
    const asked = request({ host: '127.0.0.1', port, agent, path, method, headers })
    asked.once('error', (error) => {
      resolve('code' in error && error.code === 'ECONNREFUSED' ? 'refused' : 'broken')
    })
    asked.once('response', (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => {
        text += chunk
      })
      response.once('error', () => resolve('broken'))
      response.once('close', () => {
        if (!response.complete) return resolve('broken')
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', text })
      })
    })
    asked.end(bytes)
  })
}

async function encoded(body: object | undefined): Promise<{ bytes: Buffer | undefined; type: string }> {
  if (body === undefined) return { bytes: undefined, type: '' }
  if (!(body instanceof FormData)) return { bytes: Buffer.from(JSON.stringify(body)), type: 'application/json' }
  const encoder = new Response(body)
  return { bytes: Buffer.from(await encoder.arrayBuffer()), type: encoder.headers.get('content-type') ?? '' }
}

/** The bytes of a request, for those who send them in their own way. */
export async function rawBytes(question: Question): Promise<{ readonly head: Buffer; readonly body: Buffer }> {
  const { bytes = Buffer.alloc(0), type } = await encoded(question.body)
  const lines = [
    `${question.method} ${question.path} HTTP/1.1`,
    'Host: localhost',
    `Content-Type: ${type}`,
    `Content-Length: ${bytes.byteLength}`,
    'Connection: close',
  ]
  return { head: Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body: bytes }
}

const problem = z.object({
  type: z.string().transform((urn) => urn.replace('urn:reptile-serve:', '')),
  status: z.number(),
  detail: z.string(),
})

/** What kind of problem an answer tells of; undefined where it is no problem document, or not a sound one. */
export function problemOf({ status, type, text }: Answer): string | undefined {
  if (!type.startsWith('application/problem+json')) return undefined
  const result = problem.safeParse(jsonOf(text))
  return result.success && result.data.status === status ? result.data.type : undefined
}

/** Undefined where it is not JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
