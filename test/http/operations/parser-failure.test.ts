import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type ConnectionWatch, Listener } from '../../../src/http/listener.js'

/** All that comes back for these bytes, until the server closes the connection. */
async function send(port: number, text: string | Uint8Array): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(text)
  let answer = ''
  for await (const chunk of socket) answer += chunk
  return answer
}

const get = 'GET / HTTP/1.1\r\nHost: there\r\n'

describe('what the parser refuses', () => {
  /** A server that answers `app` to what is well-formed, and what its watch has heard. */
  async function start(app: RequestListener, requestSeconds = 60) {
    const heard: { code: string; status: number; hadResponse: boolean }[] = []
    const watch: ConnectionWatch = {
      refused: (code, status, response) => heard.push({ code, status, hadResponse: response !== undefined }),
      dropped() {},
    }
    const listener = new Listener(app, { requestSeconds, connections: 100 }, watch)
    const port = await listener.listen(0, '127.0.0.1')
    onTestFinished(() => listener.close(0, 0))
    return { port, heard }
  }
  const hello: RequestListener = (_request, response) => response.end('hello')

  const tls = Uint8Array.of(0x16, 3, 1, 0, 5, 1, 0, 0, 1, 3)
  test.each([
    ['no HTTP at all', 'hello there\r\n\r\n', 400, 'malformed-request', /HTTP\/1.1 has it/],
    ['TLS on the plain port', tls, 400, 'malformed-request', /http:\/\/ in place of https/],
    ['a length twice', `${get}Content-Length: 1\r\nContent-Length: 2\r\n\r\nx`, 400, 'malformed-request', /HTTP\/1.1/],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', 400, 'malformed-request', /Host/],
    ['two hosts', `${get}Host: elsewhere\r\n\r\n`, 400, 'malformed-request', /Host comes more than once; send it once/],
    ['the same host twice', `${get}hOST: there\r\n\r\n`, 400, 'malformed-request', /more than once/],
    [
      'two hosts in HTTP/1.0',
      'GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n',
      400,
      'malformed-request',
      /more than once/,
    ],
    ['a proxy request', 'CONNECT there:80 HTTP/1.1\r\nHost: there\r\n\r\n', 400, 'malformed-request', /no proxy/],
    ['huge headers', `${get}X: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'headers-too-large', /16 KiB/],
    [
      'a huge address',
      `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: there\r\n\r\n`,
      431,
      'headers-too-large',
      /16 KiB/,
    ],
    ['an expectation', `${get}Expect: the-best\r\n\r\n`, 417, 'expectation-failed', /100-continue/],
  ])('%s', async (_name, sent, status, code, detail) => {
    const { port, heard } = await start(hello)
    const [head = '', body = ''] = (await send(port, sent)).split('\r\n\r\n')
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(head).toContain('\r\nConnection: close')
    expect(head).toContain('\r\nContent-Type: application/problem+json')
    expect(head).toContain(`\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`)
    const problem = JSON.parse(body)
    expect(problem).toMatchObject({ status, type: `urn:reptile-serve:${code}` })
    expect(problem.detail).toMatch(detail)
    expect(heard.map(({ code, status }) => ({ code, status }))).toEqual([{ code, status }])
  })

  test('is not what comes with one host, or in HTTP/1.0 with none', async () => {
    const { port, heard } = await start(hello)
    expect(await send(port, `${get}Connection: close\r\n\r\n`)).toMatch(/^HTTP\/1.1 200 /)
    expect(await send(port, 'GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /)
    expect(heard).toEqual([])
  })

  test('is said once, whatever follows on the connection', async () => {
    const { port, heard } = await start(hello)
    const answer = await send(port, `no HTTP\r\n\r\n${`${get}\r\n`.repeat(3)}`)
    expect(answer.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 400'])
    expect(heard).toHaveLength(1)
  })

  test('a request in order on the same connection is answered before', async () => {
    const { port } = await start(hello)
    const socket = connect(port, '127.0.0.1')
    socket.write(`${get}\r\n`)
    const [first] = await once(socket, 'data')
    expect(String(first)).toMatch(/^HTTP\/1.1 200 /)
    socket.write('no HTTP\r\n\r\n')
    const [second] = await once(socket, 'data')
    expect(String(second)).toMatch(/^HTTP\/1.1 400 /)
    await once(socket, 'close')
  })

  test('a chunked body that is broken, while the application waits for it', async () => {
    const { port, heard } = await start((request, response) => {
      request.on('error', () => {})
      request.resume().once('end', () => response.end('never'))
    })
    const answer = await send(port, 'POST / HTTP/1.1\r\nHost: there\r\nTransfer-Encoding: chunked\r\n\r\nno length\r\n')
    expect(answer).toMatch(/^HTTP\/1.1 400 /)
    expect(heard).toEqual([{ code: 'malformed-request', status: 400, hadResponse: true }])
  })

  test('nothing is written into an answer that has begun', async () => {
    const { port, heard } = await start((request, response) => {
      request.on('error', () => {})
      response.write('begun')
      request.resume()
    })
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write('POST / HTTP/1.1\r\nHost: there\r\nTransfer-Encoding: chunked\r\n\r\n')
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
      if (String(chunk).includes('begun')) socket.write('no length\r\n')
    })
    await once(socket, 'close')
    expect(text.match(/HTTP\/1.1/g)).toHaveLength(1)
    expect(heard).toEqual([])
  })

  test('who takes longer to send than there is time', async () => {
    const { port, heard } = await start(hello, 0.1)
    expect(await send(port, 'POST / HTTP/1.1\r\nHost: there\r\n')).toMatch(/^HTTP\/1.1 408 [\s\S]*request-timeout/)
    expect(heard).toEqual([{ code: 'request-timeout', status: 408, hadResponse: false }])
  })

  test('a body is waited for no longer, either', async () => {
    const { port, heard } = await start((request) => request.on('error', () => {}).resume(), 0.1)
    const answer = await send(port, 'POST / HTTP/1.1\r\nHost: there\r\nContent-Length: 10\r\n\r\nhalf')
    expect(answer).toMatch(/^HTTP\/1.1 408 [\s\S]*request-timeout/)
    expect(heard).toEqual([{ code: 'request-timeout', status: 408, hadResponse: true }])
  })

  test('a body that asks first is sent only when the application wants it', async () => {
    const { port } = await start((request, response) => {
      if (request.url === '/no') return response.writeHead(413, { connection: 'close' }).end()
      response.writeContinue()
      request.resume().once('end', () => response.end('read'))
    })
    const head = 'HTTP/1.1\r\nHost: there\r\nExpect: 100-continue\r\nContent-Length: 4\r\nConnection: close\r\n\r\n'
    expect(await send(port, `POST /no ${head}`)).toMatch(/^HTTP\/1.1 413 /)
    const socket = connect(port, '127.0.0.1')
    socket.write(`POST /yes ${head}`)
    const [first] = await once(socket, 'data')
    expect(String(first)).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    socket.write('body')
    let rest = ''
    for await (const chunk of socket) rest += chunk
    expect(rest).toMatch(/^HTTP\/1.1 200 [\s\S]*read/)
  })
})
