/** A server that does nothing but read bodies: it answers with what it read, or why it did not. */
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { HttpError } from '../../../src/http/failure.js'
import { answerUnread } from '../../../src/http/reading/answer-unread.js'
import { readBody } from '../../../src/http/reading/read-body.js'

export type BodyServer = Awaited<ReturnType<typeof startBodyServer>>

/** At most `bodyBytes` a body and `together` of all at the same time. */
export async function startBodyServer(bodyBytes: number, together: number) {
  const budget = {
    held: 0,
    most: 0,
    take(bytes: number) {
      if (this.held + bytes > together) throw new HttpError({ code: 'queue-full', retryAfterSeconds: 1 }, 'Full.')
      this.held += bytes
      this.most = Math.max(this.most, this.held)
    },
    give(bytes: number) {
      this.held -= bytes
    },
  }
  const outcomes: string[] = []
  const server = createServer(async (request, response) => {
    const hangUp = new AbortController()
    response.once('close', () => {
      if (!response.writableFinished) hangUp.abort(new Error('hung up'))
    })
    const answer = (text: string): void => {
      outcomes.push(text)
      if (!request.complete) {
        response.setHeader('Connection', 'close').setHeader('Content-Length', Buffer.byteLength(text))
        answerUnread(request, response, text)
      } else response.end(text)
    }
    try {
      const body = await readBody({ request, response }, { bodyBytes }, budget, hangUp.signal)
      answer(`${body.type.kind} ${body.reserved} ${Buffer.from(body.bytes).toString('latin1').slice(0, 100)}`)
      budget.give(body.reserved)
    } catch (error) {
      answer(error instanceof HttpError ? `${error.failure.code}: ${error.message}` : String(error))
    }
  })
  server.on('checkContinue', (request, response) => server.emit('request', request, response))
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })
  return {
    budget,
    outcomes,
    post: async (body: string | Uint8Array, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
      (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body, headers })).text(),
    /** What comes back for bytes that are sent as they are, until the server closes the connection. */
    raw: (pieces: readonly (string | Uint8Array)[]) =>
      new Promise<string>((resolve) => {
        const socket = connect(port, '127.0.0.1')
        let text = ''
        socket.on('data', (data) => {
          text += data.toString('latin1')
        })
        socket.on('error', () => resolve(text))
        socket.on('close', () => resolve(text))
        for (const piece of pieces) socket.write(piece)
      }),
    connect: () => connect(port, '127.0.0.1'),
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    },
  }
}
