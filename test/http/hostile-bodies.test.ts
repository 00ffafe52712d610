/** Bodies that are meant, or broken enough, to bring a server down. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { head, jsonRequest, sendRaw } from './raw-request.js'
import { line, twoSigns } from './requests.js'
import { startTestServer, type TestServer, testLimits } from './test-server.js'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
  await server.post('/adapt', line)
})
afterAll(() => server.close())
afterEach(async () => {
  await server.idle()
  expect(server.faults()).toEqual([])
  expect((await server.post('/predict', { id: 'line', inputs: [{ values: [1] }] })).status).toBe(200)
})

const json = { 'Content-Type': 'application/json' }
const small = JSON.stringify({ id: 'line', inputs: [{ values: [0.5, -1e-3] }], topK: 3 })

describe('deep JSON', () => {
  const deep = 50_000
  test.each([
    ['arrays', '['.repeat(deep) + ']'.repeat(deep)],
    ['arrays without an end', '['.repeat(deep)],
    ['objects', `${'{"a":'.repeat(deep / 2)}1${'}'.repeat(deep / 2)}`],
    ['in a member', `{"id":"line","inputs":${'['.repeat(deep)}${']'.repeat(deep)}}`],
    ['in a value', `{"id":"line","inputs":[{"values":${'['.repeat(100)}1${']'.repeat(100)}}]}`],
    ['large enough for a thread', `${'['.repeat(deep)}${' '.repeat(70_000)}${']'.repeat(deep)}`],
  ])('%s', async (_name, body) => {
    for (const path of ['/adapt', '/predict', '/adaptations/line/examples']) {
      const answer = await server.post(path, body)
      expect([answer.status, answer.body.type]).toEqual([400, 'urn:reptile-serve:invalid-request'])
      expect(answer.body.detail).toMatch(/nested/)
    }
  })

  test('brackets in a text are no depth', async () => {
    const { body } = await server.post('/adapt', { examples: [{ label: '['.repeat(100), input: { values: [1] } }] })
    expect(body.errors[0].pointer).toBe('/examples/0/label')
  })

  test('more parts than any request has', async () => {
    const members = `{${Array.from({ length: 2000 }, (_, i) => `"${i}":1`).join()}}`
    for (const body of [`[${'{},'.repeat(60_000)}{}]`, members, `[${'"",'.repeat(60_000)}""]`]) {
      const answer = await server.post('/adapt', body)
      expect([answer.status, answer.body.detail]).toEqual([400, expect.stringMatching(/far more parts/)])
    }
  })
})

describe('broken JSON', () => {
  test('cut off anywhere', async () => {
    const kinds = new Set<string>()
    for (let length = 0; length < small.length; length++) {
      const { status, body } = await server.post('/predict', small.slice(0, length))
      expect([small.slice(0, length), status]).toEqual([small.slice(0, length), 400])
      kinds.add(body.type)
    }
    expect([...kinds]).toEqual(['urn:reptile-serve:invalid-json'])
  })

  test('a byte or two changed: what comes back is documented and no fault of ours', async () => {
    const position = fc.integer({ min: 0, max: small.length - 1 })
    const changes = fc.array(fc.tuple(position, fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 2 })
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        const body = Buffer.from(small)
        for (const [at, byte] of list) body[at] = byte
        const { status } = await server.ask('/predict', { method: 'POST', headers: json, body: new Uint8Array(body) })
        expect([200, 400, 404]).toContain(status)
      }),
      { numRuns: 60, seed: 7 },
    )
  })

  test('bytes of any kind as JSON and as a form', async () => {
    const types = fc.constantFrom('application/json', 'multipart/form-data; boundary=b')
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), types, async (bytes, type) => {
        const body = Buffer.concat([Buffer.from(type.includes('form') ? '--b\r\n' : ''), bytes])
        const headers = { 'content-type': type }
        const { status } = await server.ask('/adapt', { method: 'POST', headers, body: new Uint8Array(body) })
        expect(status).toBe(400)
      }),
      { numRuns: 60, seed: 7 },
    )
  })

  test('the last byte never comes', async () => {
    const socket = connect(server.port, '127.0.0.1')
    socket.end(jsonRequest('/predict', small).slice(0, -1))
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1.1 400 [\s\S]*malformed-request/)
    await once(socket, 'close')
  })
})

describe('huge bodies', () => {
  const huge = 300_000_000

  test('that are announced are refused before they come', async () => {
    const answer = await sendRaw(server.port, head('POST', '/adapt', { ...json, 'Content-Length': huge }))
    expect(answer.status).toBe(413)
    expect(JSON.parse(answer.text).type).toBe('urn:reptile-serve:body-too-large')
    expect(answer.head).toMatch(/connection: close/i)
  })

  test('whatever length is claimed', async () => {
    for (const [length, status] of [
      [testLimits.bodyBytes + 1, 413],
      [Number.MAX_SAFE_INTEGER, 413],
      ['99999999999999999999999', 400],
      ['-1', 400],
      ['1e3', 400],
      ['0x10', 400],
    ] as const) {
      const answer = await sendRaw(server.port, head('POST', '/adapt', { ...json, 'Content-Length': length }))
      expect([length, answer.status]).toEqual([length, status])
    }
  })

  test('a length and chunks at once, as smugglers send them', async () => {
    const both = { ...json, 'Content-Length': 4, 'Transfer-Encoding': 'chunked' }
    expect((await sendRaw(server.port, head('POST', '/adapt', both), '0\r\n\r\n')).status).toBe(400)
  })

  test('in chunks are refused at the first byte too many', async () => {
    const socket = connect(server.port, '127.0.0.1')
    let answer = ''
    let closed = false
    socket
      .on('error', () => {})
      .on('data', (piece) => {
        answer += piece
      })
    socket.on('close', () => {
      closed = true
    })
    socket.write(head('POST', '/adapt', { ...json, 'Transfer-Encoding': 'chunked' }))
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`
    let sent = 0
    while (!closed && !answer && sent < huge) {
      socket.write(chunk)
      sent += 0x10000
      await new Promise((resolve) => setImmediate(resolve))
    }
    if (!closed) await once(socket, 'close')
    expect(answer).toMatch(/^HTTP\/1.1 413 [\s\S]*body-too-large/)
    expect(sent).toBeLessThan(50_000_000)
  })

  test('in a small parcel', async () => {
    const headers = { ...json, 'content-encoding': 'gzip' }
    const body = new Uint8Array(gzipSync(Buffer.alloc(20_000_000, ' ')))
    expect(body.byteLength).toBeLessThan(testLimits.bodyBytes)
    const answer = await server.ask('/adapt', { method: 'POST', headers, body })
    expect([answer.status, answer.body.type]).toEqual([413, 'urn:reptile-serve:body-too-large'])
  })

  test('sent in one go without looking: the answer arrives all the same', async () => {
    const body = JSON.stringify({ ...twoSigns, id: 'x'.repeat(2_000_000) })
    const answer = await sendRaw(server.port, jsonRequest('/adapt', body))
    expect(answer.status).toBe(413)
  })
})

describe('Expect: 100-continue', () => {
  const expecting = (length: number) => ({ ...json, 'Content-Length': length, Expect: '100-continue' })

  test('a body that is welcome is asked for', async () => {
    const socket = connect(server.port, '127.0.0.1')
    socket.write(head('POST', '/predict', expecting(small.length)))
    const [first] = await once(socket, 'data')
    expect(String(first)).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    socket.write(small)
    let rest = ''
    for await (const piece of socket) rest += piece
    // The line takes one value; what matters is that it was read.
    expect(rest).toMatch(/^HTTP\/1.1 400 [\s\S]*takes 1/)
  })

  test.each([
    ['too large', '/adapt', expecting(300_000_000), 413],
    ['of another type', '/adapt', { ...expecting(10), 'Content-Type': 'text/plain' }, 415],
    ['for another method', '/models', expecting(10), 405],
    ['for no page', '/nowhere', expecting(10), 404],
  ])('a body %s is not', async (_name, path, headers, status) => {
    const answer = await sendRaw(server.port, head('POST', path, headers))
    expect([answer.status, answer.head.includes('100 Continue')]).toEqual([status, false])
  })
})
