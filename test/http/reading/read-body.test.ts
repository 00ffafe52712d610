import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type BodyServer, startBodyServer } from './body-server.js'

const most = 300_000
let server: BodyServer
beforeAll(async () => {
  server = await startBodyServer(most, 2 * most)
})
afterAll(() => server.close())
// Whatever happened, nothing stays taken.
afterEach(() => expect(server.budget.held).toBe(0))

const text = '{"a":"ä"}'
const json = { 'content-type': 'application/json' }
const head = (...lines: string[]) =>
  ['POST / HTTP/1.1', 'Host: x', 'Content-Type: application/json', 'Connection: close', ...lines, '', ''].join('\r\n')

describe('a body comes whole', () => {
  test('at once', async () => {
    expect(await server.post(text)).toBe(`json 10 ${Buffer.from(text).toString('latin1')}`)
  })

  test('empty', async () => {
    expect(await server.raw([head('Content-Length: 0')])).toContain('json 0 ')
  })

  test('in many pieces, with and without its length', async () => {
    const large = `"${'x'.repeat(most - 2)}"`
    expect(await server.post(large)).toMatch(/^json 300000 "xxx/)
    const chunks = Array.from({ length: 100 }, (_, i) => `3e8\r\n${String(i % 10).repeat(1000)}\r\n`)
    expect(await server.raw([head('Transfer-Encoding: chunked'), ...chunks, '0\r\n\r\n'])).toContain('json 100000 000')
  })

  test.each([
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['GZIP', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['br', brotliCompressSync(text)],
    ['identity', Buffer.from(text)],
  ])('compressed with %s', async (coding, bytes) => {
    expect(await server.post(new Uint8Array(bytes), { ...json, 'content-encoding': coding })).toMatch(/^json 10 \{"a"/)
  })

  test.each(['application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"', 'application/json; charset=utf8'])(
    'of the type %s',
    async (type) => {
      expect(await server.post(text, { 'content-type': type })).toMatch(/^json/)
    },
  )

  test('a form', async () => {
    expect(await server.post('--b--\r\n', { 'content-type': 'multipart/form-data; boundary="b"' })).toMatch(
      /^form 7 --b/,
    )
  })
})

describe('refused before it is read', () => {
  test.each([
    ['text', 'text/plain'],
    ['none', ''],
    ['UTF-16', 'application/json; charset=utf-16'],
    ['UTF-7', 'application/json;charset=utf-7'],
    ['a form without boundary', 'multipart/form-data'],
    ['a form with a boundary of 71', `multipart/form-data; boundary=${'x'.repeat(71)}`],
    ['something like JSON', 'application/jsonp'],
  ])('%s', async (_name, type) => {
    expect(await server.post(Buffer.from(text), { 'content-type': type })).toMatch(
      /^unsupported-media-type: [A-Z].*\.$/,
    )
  })

  test.each(['zip', 'gzip, br', 'zstd'])('the compression %s', async (coding) => {
    expect(await server.post(text, { ...json, 'content-encoding': coding })).toMatch(/^unsupported-media-type: .*gzip/)
  })

  test('a length over the limit, and the sender sees the answer while it still sends', async () => {
    const answer = await server.raw([head(`Content-Length: ${3e8}`), new Uint8Array(2e6)])
    expect(answer).toContain('body-too-large: Send at most 300000 bytes')
    expect(server.budget.most).toBeLessThanOrEqual(2 * most)
  })

  test('who waits to be asked for a large body is not asked', async () => {
    const answer = await server.raw([head(`Content-Length: ${3e8}`, 'Expect: 100-continue')])
    expect(answer).not.toContain('100 Continue')
    expect(answer).toContain('body-too-large')
  })

  test('who waits to be asked for a small one is asked', async () => {
    const answer = await server.raw([head('Content-Length: 10', 'Expect: 100-continue'), text])
    expect(answer).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200/)
  })

  test('what does not fit beside the others', async () => {
    const first = server.connect()
    const second = server.connect()
    for (const socket of [first, second]) {
      socket.write(head(`Content-Length: ${most}`))
      socket.write('x'.repeat(most - 1))
    }
    await until(() => server.budget.held === 2 * (most - 1))
    expect(await server.post(text)).toBe('queue-full: Full.')
    first.destroy()
    second.destroy()
    await until(() => server.budget.held === 0)
  })
})

describe('given up on the way', () => {
  test('at the first byte over the limit of a body that does not tell its length', async () => {
    const chunk = `186a0\r\n${'x'.repeat(100_000)}\r\n`
    const answer = await server.raw([head('Transfer-Encoding: chunked'), ...new Array(50).fill(chunk)])
    expect(answer).toContain('body-too-large')
    expect(answer).toContain('Connection: close')
  })

  test.each([
    ['gzip', gzipSync(Buffer.alloc(5e7))],
    ['deflate', deflateSync(Buffer.alloc(5e7))],
    ['br', brotliCompressSync(Buffer.alloc(5e7))],
  ])('a %s bomb', async (coding, bytes) => {
    const before = server.budget.most
    expect(await server.post(new Uint8Array(bytes), { ...json, 'content-encoding': coding })).toMatch(/^body-too-large/)
    expect(server.budget.most).toBe(before)
  })

  test.each([
    ['that is cut off', gzipSync(text).subarray(0, 20)],
    ['that is none', Buffer.from(text)],
    ['that is empty', Buffer.alloc(0)],
    ['with a wrong checksum', Buffer.concat([gzipSync(text).subarray(0, -8), Buffer.alloc(8)])],
  ])('gzip %s', async (_name, bytes) => {
    expect(await server.post(new Uint8Array(bytes), { ...json, 'content-encoding': 'gzip' })).toMatch(
      /^invalid-request: The body is not whole gzip data/,
    )
  })

  test('when the sender hangs up', async () => {
    server.outcomes.length = 0
    const socket = server.connect()
    socket.write(head(`Content-Length: ${most}`))
    socket.write('{"a":')
    await until(() => server.budget.held === 5)
    socket.destroy()
    await until(() => server.budget.held === 0)
    await until(() => /hung up|broken off/.test(server.outcomes.at(-1) ?? ''))
  })
})

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}
