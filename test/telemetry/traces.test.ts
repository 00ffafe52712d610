import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { recordOf } from '../../src/http/operations/request-record.js'
import { Traces } from '../../src/telemetry/traces.js'
import { startObserved, until } from '../http/operations/observed-server.js'

interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly status: { readonly code?: number }
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[]
}

interface Export {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Span['attributes'] }
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[]
  }[]
}

/** A real one, as far as it takes in what is sent. */
async function startCollector(status = 200) {
  const exports: Export[] = []
  const paths: (string | undefined)[] = []
  const server = createServer(async (request, response) => {
    paths.push(request.url)
    exports.push(JSON.parse(await text(request)))
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const spans = () =>
    exports.flatMap(({ resourceSpans }) =>
      resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    )
  return { endpoint: `http://127.0.0.1:${port}`, exports, paths, spans }
}

/** Noon, and it stays noon: durations must come from the other clock. */
const noon = Date.UTC(2030, 0, 1, 12)

const attributesOf = ({ attributes }: Pick<Span, 'attributes'>) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))

async function startTraced(endpoint: string) {
  const reported: unknown[] = []
  const traces = Traces.start(
    endpoint,
    '1.2.3',
    () => noon,
    (error) => reported.push(error),
  )
  const server = await startObserved((app) => {
    app.post('/adaptations/:id', (_request, response) => {
      const record = recordOf(response)
      record.tenant = 'acme'
      record.adaptation = 'my-signs'
      record.model = 'sine-mlp'
      for (const phase of ['decode', 'store', 'engine'] as const) record.timeline.add(phase, record.timeline.now())
      record.timeline.add('engine', record.timeline.now())
      response.send('done')
    })
    app.get('/broken', (_request, response) => {
      recordOf(response).problem = 'internal'
      response.sendStatus(500)
    })
  }, traces)
  return { ...server, traces, reported }
}

test('a request is a span under its caller, and its phases are spans under it', async () => {
  const { endpoint, spans, paths, exports } = await startCollector()
  const { url, lines, traces, reported } = await startTraced(`${endpoint}/`)
  const traceparent = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`
  await fetch(`${url}/adaptations/my-signs`, { method: 'POST', headers: { traceparent, 'x-request-id': 'seven' } })
  await until(() => lines.length === 1)
  await traces.close()

  expect(paths).toEqual(['/v1/traces'])
  expect(reported).toEqual([])
  const server = spans().find(({ kind }) => kind === 2)
  expect(server).toMatchObject({
    name: 'POST /adaptations/:id',
    traceId: 'ab'.repeat(16),
    parentSpanId: 'cd'.repeat(8),
  })
  expect(server && attributesOf(server)).toEqual({
    'http.request.method': 'POST',
    'http.route': '/adaptations/:id',
    'http.response.status_code': 200,
    'reptile.request_id': 'seven',
    'reptile.tenant': 'acme',
    'reptile.adaptation': 'my-signs',
    'reptile.model': 'sine-mlp',
  })
  const children = spans().filter(({ kind }) => kind !== 2)
  expect(children.map(({ name }) => name).sort()).toEqual(['decode', 'engine', 'store'])
  for (const child of children) {
    expect(child).toMatchObject({ traceId: 'ab'.repeat(16), parentSpanId: server?.spanId })
    expect(BigInt(child.startTimeUnixNano)).toBeGreaterThan(BigInt(server?.startTimeUnixNano ?? 0))
    expect(BigInt(child.endTimeUnixNano)).toBeLessThan(BigInt(server?.endTimeUnixNano ?? 0))
    expect(BigInt(child.endTimeUnixNano)).toBeGreaterThan(BigInt(child.startTimeUnixNano))
  }
  const engine = children.find(({ name }) => name === 'engine')
  expect(engine && attributesOf(engine)).toMatchObject({ 'reptile.stretches': 2 })
  // It began at noon but for the looks at the clock in between, and took as long as that clock says.
  expect(Math.abs(Number(BigInt(server?.startTimeUnixNano ?? 0) / 1_000_000n) - noon)).toBeLessThan(2)
  expect(lines[0]?.traceId).toBe('ab'.repeat(16))
  const resource = exports[0]?.resourceSpans[0]?.resource
  expect(resource && attributesOf(resource)).toMatchObject({
    'service.name': 'reptile-serve',
    'service.version': '1.2.3',
  })
})

test('a request without a caller begins a trace, and a fault shows', async () => {
  const { endpoint, spans } = await startCollector()
  const { url, lines, traces } = await startTraced(endpoint)
  await fetch(`${url}/broken`)
  await until(() => lines.length === 1)
  await traces.close()
  const [span] = spans()
  expect(span).toMatchObject({ name: 'GET /broken', status: { code: 2 }, traceId: lines[0]?.traceId })
  expect(span?.parentSpanId ?? '').toBe('')
  expect(span && attributesOf(span)).toMatchObject({ 'error.type': 'internal' })
})

test('a caller who does not sample is followed', async () => {
  const { endpoint, spans } = await startCollector()
  const { url, lines, traces } = await startTraced(endpoint)
  await fetch(`${url}/broken`, { headers: { traceparent: `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-00` } })
  await until(() => lines.length === 1)
  await traces.close()
  expect(spans()).toEqual([])
  expect(lines[0]?.traceId).toBe('ab'.repeat(16))
})

test('a collector that refuses is reported and holds nobody up', async () => {
  const { endpoint } = await startCollector(400)
  const { url, lines, traces, reported } = await startTraced(endpoint)
  expect((await fetch(`${url}/broken`)).status).toBe(500)
  await until(() => lines.length === 1)
  await traces.close()
  expect(reported).toHaveLength(1)
})
