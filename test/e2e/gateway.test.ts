/** docs/nginx.conf for real: nginx in front of the server, each a process of its own. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.js'
import { type Answer, ask, problemIn } from '../deploy/ask.js'
import { changed, complaints, example, Nginx } from '../deploy/nginx.js'
import { Relay } from '../deploy/relay.js'
import { ServerProcess } from '../deploy/server-process.js'
import { missing } from '../deploy/tools.js'

const absent = missing('nginx')

const keys = '"key-of-alpha" "alpha";\n"key-of-beta" "beta";\n'
const alpha = { 'x-api-key': 'key-of-alpha' }
const beta = { 'x-api-key': 'key-of-beta' }

const points = [
  { input: { values: [-1] }, target: [-0.8] },
  { input: { values: [1] }, target: [0.8] },
]
const adapt = (id: string, more: object = {}) => ({ path: '/adapt', body: { id, examples: points, ...more } })
const predict = (id: string) => ({ path: '/predict', body: { id, inputs: [{ values: [0.5] }] } })
/** JSON of about so many bytes. */
const large = (bytes: number) => ({ path: '/predict', body: Buffer.from(`{"id":"x"${' '.repeat(bytes)}}`) })

describe.skipIf(absent)(`behind nginx${absent ? ` (${absent})` : ''}`, () => {
  const folders: string[] = []
  const gateways: Nginx[] = []
  const folder = () => {
    const made = mkdtempSync(join(tmpdir(), 'reptile-gateway-'))
    folders.push(made)
    return made
  }
  async function gatewayTo(port: number, changes: Readonly<Record<string, string>> = {}): Promise<Nginx> {
    const gateway = await Nginx.start(folder(), keys, {
      'server 127.0.0.1:8080;': `server 127.0.0.1:${port};`,
      ...changes,
    })
    gateways.push(gateway)
    return gateway
  }

  afterEach(async () => {
    for (const gateway of gateways.splice(0)) await gateway.stop()
  })
  afterAll(() => {
    for (const made of folders) rmSync(made, { recursive: true, force: true })
  })

  test('the example is a configuration as it stands', () => {
    expect(complaints(folder(), example, keys)).toBe('')
    expect(complaints(folder(), changed({ 'server_tokens off;': 'server_token off;' }), keys)).toContain(
      'unknown directive',
    )
  })

  describe('a server that runs', () => {
    let server: ServerProcess
    let relay: Relay

    beforeAll(async () => {
      server = await ServerProcess.start(folder(), { TRUSTED_PROXIES: '127.0.0.1', MAX_BODY_BYTES: '32768' })
      relay = await Relay.start(() => server.port)
    })
    afterAll(async () => {
      server.signal('SIGKILL')
      await server.exitCode()
      await relay.stop()
    })

    test('who has no key, or a wrong one, is refused before the server hears of it', async () => {
      const gateway = await gatewayTo(relay.port)
      relay.forget()
      for (const headers of [{}, { 'x-api-key': 'guessed' }, { 'x-api-key': '' }, { 'x-tenant': 'alpha' }]) {
        const answer = await ask(gateway, { ...adapt('x'), headers })
        expect(answer.status).toBe(401)
        expect(problemIn(answer).detail).toBe('Send your API key in the header X-Api-Key.')
      }
      expect(relay.connections).toBe(0)
      expect(gateway.accesses).not.toContain('guessed')
    })

    test('the key says who the tenant is, and nothing else does', async () => {
      const gateway = await gatewayTo(relay.port)
      expect((await ask(gateway, { ...adapt('mine'), headers: alpha })).status).toBe(201)
      expect((await ask(gateway, { ...predict('mine'), headers: alpha })).status).toBe(200)
      relay.forget()
      for (const forged of [{}, { 'x-tenant': 'alpha' }, { 'X-TENANT': 'alpha' }, { X_Tenant: 'alpha' }]) {
        const answer = await ask(gateway, { ...predict('mine'), headers: { ...beta, ...forged } })
        expect(problemIn(answer)).toMatchObject({ status: 404, type: 'urn:reptile-serve:unknown-adaptation' })
      }
      expect(relay.sent.match(/^x-tenant: .*$/gim)).toEqual(Array(4).fill('X-Tenant: beta'))
      expect(relay.sent).not.toMatch(/key-of|x-api-key/i)
    })

    test('the server believes the gateway and nobody else', async () => {
      const gateway = await gatewayTo(relay.port)
      await ask(gateway, { ...adapt('believed'), headers: alpha })
      const headers = { 'x-tenant': 'alpha' }
      const trusted = await ask({ port: server.port }, { ...predict('believed'), headers })
      const stranger = await ask({ port: server.port, localAddress: '127.0.0.2' }, { ...predict('believed'), headers })
      expect([trusted.status, stranger.status]).toEqual([200, 404])
    })

    test('the probes and the metrics stay inside, the contract and its page are for everybody', async () => {
      const gateway = await gatewayTo(relay.port)
      for (const path of ['/readyz', '/livez', '/startupz', '/metrics', '/', '/adaptx', '/docs/../metrics']) {
        const inside = await ask(gateway, { path, headers: alpha })
        expect(problemIn(inside), path).toMatchObject({ status: 404, type: 'urn:reptile-serve:unknown-page' })
      }
      expect((await ask({ port: server.port }, { path: '/metrics' })).status).toBe(200)
      expect((await ask(gateway, { path: '/openapi.yaml' })).text).toContain('openapi: 3.1')
      expect((await ask(gateway, { path: '/docs' })).headers['content-type']).toContain('text/html')
      expect((await ask(gateway, { path: '/docs/swagger-ui.css' })).status).toBe(200)
    })

    test('request ids and traces go through', async () => {
      const gateway = await gatewayTo(relay.port)
      const trace = '0af7651916cd43dd8448eb211c80319c'
      const headers = { ...alpha, 'x-request-id': 'mine-1', traceparent: `00-${trace}-b7ad6b7169203331-01` }
      const answer = await ask(gateway, { ...adapt('traced'), headers })
      expect(answer.headers['x-request-id']).toBe('mine-1')
      const line = JSON.parse(await server.logged((one) => one.includes('"requestId":"mine-1"')))
      expect(line).toMatchObject({ traceId: trace, tenant: 'alpha', route: '/adapt', status: 201 })

      const made = (await ask(gateway, { ...predict('traced'), headers: alpha })).headers['x-request-id']
      expect(made).toMatch(/^[0-9a-f]{32}$/)
      await server.logged((one) => one.includes(`"requestId":"${made}"`))
    })

    describe('bodies', () => {
      const limits = { 'client_max_body_size 16m;': 'client_max_body_size 4m;' }

      test('what the gateway takes and the server does not, the server answers', async () => {
        const gateway = await gatewayTo(relay.port, limits)
        for (const bytes of [40_000, 400_000, 3_000_000]) {
          const answer = await ask(gateway, { ...large(bytes), headers: alpha })
          expect(problemIn(answer), `${bytes} bytes`).toMatchObject({
            status: 413,
            type: 'urn:reptile-serve:body-too-large',
          })
          expect(answer.text).not.toContain('gateway')
        }
        expect((await ask(gateway, { ...large(30_000), headers: alpha })).status).toBe(400)
      })

      test('what is small on the way and large when unpacked, the server answers', async () => {
        const gateway = await gatewayTo(relay.port, limits)
        const body = gzipSync(Buffer.alloc(10_000_000, ' '))
        const answer = await ask(gateway, { path: '/predict', body, headers: { ...alpha, 'content-encoding': 'gzip' } })
        expect(problemIn(answer), answer.text).toMatchObject({ status: 413, type: 'urn:reptile-serve:body-too-large' })
      })

      test('what is too large for the gateway never reaches the server', async () => {
        const gateway = await gatewayTo(relay.port, limits)
        relay.forget()
        for (const more of [{}, { 'transfer-encoding': 'chunked' }]) {
          const answer = await ask(gateway, { ...large(5_000_000), headers: { ...alpha, ...more } })
          expect(problemIn(answer).detail).toContain('The gateway takes bodies of 16 MiB at most')
        }
        expect(relay.connections).toBe(0)
      })

      test('the gateway takes what the server takes by default', () => {
        const mebibytes = /client_max_body_size (\d+)m;/.exec(example)?.[1]
        expect(Number(mebibytes) * 2 ** 20).toBe(readConfig({}).MAX_BODY_BYTES)
        expect(example).toContain(`${mebibytes} MiB at most`)
      })
    })

    describe('time', () => {
      test('a body that comes too slowly ends at the gateway', async () => {
        const gateway = await gatewayTo(relay.port, { 'client_body_timeout 20s;': 'client_body_timeout 1s;' })
        relay.forget()
        const socket = connect(gateway.socketPath)
        socket.write(
          'POST /predict HTTP/1.1\r\nHost: x\r\nX-Api-Key: key-of-alpha\r\nContent-Length: 100\r\n\r\n{"id":',
        )
        expect(await text(socket)).not.toMatch(/^HTTP\/1.1 [25]/)
        expect(relay.connections).toBe(0)
      })

      test('a server that does not answer is given up, and used again when it does', async () => {
        const gateway = await gatewayTo(relay.port, { 'proxy_read_timeout 70s;': 'proxy_read_timeout 1s;' })
        await ask(gateway, { ...adapt('patient'), headers: alpha })
        server.signal('SIGSTOP')
        const late = await ask(gateway, { ...predict('patient'), headers: alpha }).finally(() =>
          server.signal('SIGCONT'),
        )
        expect(problemIn(late)).toMatchObject({ status: 504, type: 'urn:reptile-serve:late' })
        expect((await ask(gateway, { ...predict('patient'), headers: alpha })).status).toBe(200)
      })

      test('the gateway waits for longer than the server takes at most', () => {
        const seconds = Number(/proxy_read_timeout (\d+)s;/.exec(example)?.[1])
        expect(seconds).toBeGreaterThan(readConfig({}).REQUEST_SECONDS)
      })
    })

    describe('connections', () => {
      test('are used again', async () => {
        // One worker: each keeps connections of its own.
        const gateway = await gatewayTo(relay.port, { 'worker_processes auto;': 'worker_processes 1;' })
        await ask(gateway, { ...adapt('kept'), headers: alpha })
        relay.forget()
        for (let count = 0; count < 20; count++)
          expect((await ask(gateway, { ...predict('kept'), headers: alpha })).status).toBe(200)
        expect(relay.connections).toBe(0)
        expect(relay.sent.match(/POST \/predict HTTP/g)).toHaveLength(20)
      })

      test('are closed by the gateway, not by the server while a request is on its way', async () => {
        const answer = await ask({ port: server.port }, { path: '/livez', headers: { connection: 'keep-alive' } })
        const patience = Number(/timeout=(\d+)/.exec(String(answer.headers['keep-alive']))?.[1])
        const [, gateway] = /keepalive_timeout (\d+)s;/.exec(example) ?? []
        expect(Number(gateway)).toBeLessThan(patience)
      })
    })
  })

  describe('a server that stops', () => {
    let server: ServerProcess | undefined
    afterEach(() => server?.signal('SIGKILL'))

    test('finishes what is under way, and the gateway says so afterwards', { timeout: 60_000 }, async () => {
      const settings = { TRUSTED_PROXIES: '127.0.0.1', LINGER_SECONDS: '1', MAX_STEPS: '1000000' }
      server = await ServerProcess.start(folder(), settings)
      const gateway = await gatewayTo(server.port)
      const there = { port: server.port }
      await ask(gateway, { ...adapt('before'), headers: alpha })

      // Its time is its budget, whatever the machine.
      const long = { ...adapt('long', { steps: 1_000_000, budgetMs: 4000 }), headers: alpha }
      let longAnswer: Answer | undefined
      const answered = ask(gateway, long).then((answer) => {
        longAnswer = answer
      })
      await until(async () => /^reptile_requests_under_way 1$/m.test((await ask(there, { path: '/metrics' })).text))
      server.signal('SIGTERM')

      await until(async () => (await ask(there, { path: '/readyz' })).status === 503)
      expect(problemIn(await ask(there, { path: '/readyz' })).type).toBe('urn:reptile-serve:draining')
      expect((await ask(there, { path: '/livez' })).status).toBe(200)
      // Until all proxies know, it goes on.
      expect((await ask(gateway, { ...predict('before'), headers: alpha })).status).toBe(200)

      await until(async () => (await ask(gateway, { ...predict('before'), headers: alpha })).status !== 200)
      expect(longAnswer, 'the listener is closed, the long request is not').toBeUndefined()
      const refused = await ask(gateway, { ...predict('before'), headers: alpha })
      expect(problemIn(refused)).toMatchObject({ status: 503, type: 'urn:reptile-serve:unavailable' })
      expect(refused.headers['retry-after']).toBe('2')

      await answered
      expect(longAnswer?.status, longAnswer?.text).toBe(201)
      expect(await server.exitCode()).toBe(0)
      expect(existsSync(gateway.socketPath)).toBe(true)
    })
  })
})

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await setTimeout(20)
}
