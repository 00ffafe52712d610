import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { HttpError } from '../../../src/http/failure.js'
import { reportFaults } from '../../../src/http/operations/report-faults.js'
import { recordOf } from '../../../src/http/operations/request-record.js'
import { keptLog, note, startObserved, until } from './observed-server.js'

describe('the line of a request', () => {
  test('says what there is to know, and nothing of what was in it', async () => {
    const { url, lines } = await startObserved((app) =>
      app.post('/adaptations/:id/examples', (request, response) => {
        request.resume().once('end', () => {
          note(response, { tenant: 'acme', adaptation: 'my-signs' })
          recordOf(response).model = 'omniglot-conv4'
          response.status(201).send('done\n')
        })
      }),
    )
    const traceparent = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`
    await fetch(`${url}/adaptations/my-signs/examples?seed=3`, {
      method: 'POST',
      headers: { 'x-request-id': 'gateway-7', traceparent },
      body: 'a secret label',
    })
    await until(() => lines.length === 1)
    const { time, ms, ...line } = lines[0] ?? {}
    expect(line).toEqual({
      level: 'info',
      msg: 'request',
      requestId: 'gateway-7',
      traceId: 'ab'.repeat(16),
      tenant: 'acme',
      method: 'POST',
      route: '/adaptations/:id/examples',
      status: 201,
      bytesIn: 14,
      bytesOut: 5,
      adaptation: 'my-signs',
      model: 'omniglot-conv4',
    })
    expect(ms).toBeGreaterThan(0)
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/)
  })

  test.each([
    [200, undefined, 'info'],
    [404, 'unknown-adaptation', 'info'],
    [429, 'queue-full', 'info'],
    [500, 'internal', 'error'],
    [503, 'deadline', 'error'],
    [503, 'draining', 'warn'],
    [503, 'starting', 'warn'],
  ])('%i %s is of level %s', async (status, problem, level) => {
    const { url, lines } = await startObserved((app) =>
      app.get('/', (_request, response) => {
        recordOf(response).problem = problem
        response.sendStatus(status)
      }),
    )
    await fetch(url)
    await until(() => lines.length === 1)
    expect(lines[0]).toMatchObject({ level, status })
    expect(lines[0]?.problem).toBe(problem)
  })

  test('never shows a path that nobody serves', async () => {
    const { url, lines } = await startObserved(() => {})
    await fetch(`${url}/secret/path`)
    await until(() => lines.length === 1)
    expect(lines[0]).toMatchObject({ route: 'none', status: 404 })
    expect(JSON.stringify(lines)).not.toContain('secret')
  })

  test('of a probe is there for who looks for it', async () => {
    const probe = (level: 'info' | 'debug') =>
      startObserved((app) => app.get('/livez', (_request, response) => response.send('yes')), undefined, level)
    const [quiet, chatty] = [await probe('info'), await probe('debug')]
    for (const { url } of [quiet, chatty]) await fetch(`${url}/livez`)
    await until(() => chatty.lines.length === 1)
    expect(chatty.lines[0]).toMatchObject({ level: 'debug', route: '/livez' })
    expect(quiet.lines).toEqual([])
  })

  test('of a client that hung up', async () => {
    let arrived = false
    const { port, lines, metrics } = await startObserved((app) =>
      app.get('/slow', () => {
        arrived = true
      }),
    )
    const socket = connect(port, '127.0.0.1')
    socket.write('GET /slow HTTP/1.1\r\nHost: there\r\n\r\n')
    await until(() => arrived)
    socket.destroy()
    await until(() => lines.length === 1)
    expect(lines[0]).toMatchObject({ msg: 'client hung up', status: 499, route: '/slow', bytesOut: 0, level: 'info' })
    expect(await metrics.text()).toContain('route="/slow",method="GET",status="499"} 1')
  })

  test('of a request whose body breaks while a route waits for it', async () => {
    const { port, lines, metrics } = await startObserved((app) =>
      app.post('/', (request) => {
        request.on('error', () => {}).resume()
      }),
    )
    const socket = connect(port, '127.0.0.1')
    socket.write('POST / HTTP/1.1\r\nHost: there\r\nTransfer-Encoding: chunked\r\n\r\nno length\r\n')
    socket.resume()
    await once(socket, 'close')
    await until(() => lines.length === 1)
    expect(lines[0]).toMatchObject({ msg: 'request', status: 400, problem: 'malformed-request' })
    expect(await metrics.text()).toContain('reptile_refusals_total{code="malformed-request"} 1')
  })

  test('of a connection that never brought a request', async () => {
    const { port, lines, metrics } = await startObserved(() => {})
    const socket = connect(port, '127.0.0.1')
    socket.write('hello\r\n\r\n')
    socket.resume()
    await once(socket, 'close')
    expect(lines).toMatchObject([{ msg: 'connection refused', status: 400, problem: 'malformed-request' }])
    expect(await metrics.text()).toContain('reptile_refusals_total{code="malformed-request"} 1')
  })
})

describe('the name of a request', () => {
  test.each([
    ['taken over', 'abc.DEF-123/~', 'abc.DEF-123/~'],
    ['the longest', 'x'.repeat(128), 'x'.repeat(128)],
    ['too long', 'x'.repeat(129), 'made-1'],
    ['with a space', 'a b', 'made-1'],
    ['not ASCII', 'caf\xe9', 'made-1'],
    ['empty', '', 'made-1'],
    ['missing', undefined, 'made-1'],
  ])('%s', async (_name, sent, expected) => {
    const { url, lines } = await startObserved((app) => app.get('/', (_request, response) => response.send('hello')))
    const response = await fetch(url, { headers: sent === undefined ? {} : { 'x-request-id': sent } })
    expect(response.headers.get('x-request-id')).toBe(expected)
    await until(() => lines.length === 1)
    expect(lines[0]?.requestId).toBe(expected)
  })
})

test('the figures of requests: by template, method and status', async () => {
  const { url, lines, metrics } = await startObserved((app) => {
    app.get('/adaptations/:id', (_request, response) => response.send('hello'))
    app.all('/adaptations/:id', () => {
      throw new HttpError({ code: 'method-not-allowed', allowed: 'GET' }, 'Use GET.')
    })
  })
  await fetch(`${url}/adaptations/a`)
  await fetch(`${url}/adaptations/b`)
  await fetch(`${url}/adaptations/c`, { method: 'DELETE' })
  await fetch(`${url}/adaptations/c`, { method: 'PROPFIND' })
  await until(() => lines.length === 4)
  const text = await metrics.text()
  const count = 'reptile_http_request_duration_seconds_count'
  expect(text).toContain(`${count}{route="/adaptations/:id",method="GET",status="200"} 2`)
  expect(text).toContain(`${count}{route="/adaptations/:id",method="DELETE",status="405"} 1`)
  expect(text).toContain(`${count}{route="/adaptations/:id",method="other",status="405"} 1`)
})

test('a fault is logged with its stack, its causes and the request it befell', async () => {
  const kept = keptLog('info')
  const report = reportFaults(kept.log)
  const { url } = await startObserved((app) =>
    app.get('/', (_request, response) => {
      const error = Object.assign(new Error('broken', { cause: new RangeError('too far') }), { body: 'a secret label' })
      report(error, response)
      response.sendStatus(500)
    }),
  )
  await fetch(url, { headers: { 'x-request-id': 'seven' } })
  expect(kept.lines[0]).toMatchObject({
    level: 'error',
    msg: 'fault',
    requestId: 'seven',
    err: { type: 'Error', message: 'broken', cause: { type: 'RangeError', message: 'too far' } },
  })
  expect(JSON.stringify(kept.lines[0])).toContain('observe-requests.test.ts')
  expect(JSON.stringify(kept.lines)).not.toContain('secret')
})
