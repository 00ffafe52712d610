/** More than there is room for is refused at once, with when to come again; who hangs up frees the place. */
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { Gate } from '../serving/watched-learner.js'
import { startHeld } from './held-server.js'
import { until } from './operations/observed-server.js'
import { head, jsonRequest } from './raw-request.js'
import { lying, twoSigns, upright } from './requests.js'

const json = { 'Content-Type': 'application/json' }
const question = JSON.stringify({ id: 'signs', inputs: [upright] })

describe('more requests than there are places', () => {
  test('are answered 429 with the seconds to wait, before their bodies are read', async () => {
    const { server, gate, adapt } = await startHeld({ requests: 2 })
    const waiting = [adapt('a'), adapt('b')]
    await until(() => server.admission.requests === 2)
    const refused = await server.raw('POST', '/predict', { ...json, 'Content-Length': 1000 })
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^[1-9]\d*$/)])
    expect(JSON.parse(refused.text)).toMatchObject({ type: 'urn:reptile-serve:queue-full' })
    // Looking, and asking for readiness, takes no place.
    expect((await server.get('/adaptations/signs')).status).toBe(200)
    expect((await server.get('/readyz')).status).toBe(200)
    gate.open()
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([201, 201])
    expect((await server.post('/predict', question)).status).toBe(200)
  })

  test('nothing that was let in is dropped', async () => {
    const { server, gate, adapt } = await startHeld({ requests: 3 })
    const asked = Array.from({ length: 10 }, (_, i) => adapt(`many-${i}`))
    await until(() => server.admission.requests === 3)
    const statuses = asked.map(async (answer) => (await answer).status)
    // Seven are answered while the three others wait.
    await until(() => server.lines.filter(({ status }) => status === 429).length === 7)
    gate.open()
    expect((await Promise.all(statuses)).toSorted()).toEqual([201, 201, 201, ...new Array(7).fill(429)])
    const { body } = await server.get('/adaptations?from=many')
    expect(body.adaptations).toHaveLength(4)
  })

  test('the wait that is told grows with how long requests stay', async () => {
    let time = 0
    const { server, gate, adapt } = await startHeld({ requests: 1, now: () => time })
    const slow = adapt('slow')
    await until(() => server.admission.requests === 1)
    time += 100_000
    gate.open()
    await slow
    await server.idle()
    const held = new Gate()
    server.images.beforeSlice = held.pass
    const next = adapt('next')
    await until(() => server.admission.requests === 1)
    const refused = await server.post('/predict', question)
    held.open()
    await next
    // A tenth of 100 s goes into the mean, and half of the mean is told.
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '6'])
  })
})

describe('adaptations that could not end in time', () => {
  /** A server that knows that a step takes 400 ms, and holds its adaptations. */
  async function startMeasured() {
    let time = 0
    const { server, gate } = await startHeld({ now: () => time })
    const measured = server.post('/adapt', { ...twoSigns, steps: 100 })
    // One turn comes before the steps, and one after them; between them each has 50.
    for (let turn = 0; turn < 4; turn++) {
      await until(() => gate.held === 1)
      time += 20_000
      gate.letOne()
    }
    expect((await measured).status).toBe(201)
    await server.idle()
    const adapt = (id: string, settings: object = {}) =>
      server.post('/adapt', { ...twoSigns, id, steps: 50, ...settings })
    return { server, gate, adapt }
  }

  test('are refused at once, and told when there will be time', async () => {
    const { server, gate, adapt } = await startMeasured()
    const before = server.images.adapted
    // 20 s each, of 60.
    const accepted = [adapt('a'), adapt('b')]
    await until(() => server.admission.requests === 2)
    const refused = await adapt('c')
    expect([refused.status, refused.headers.get('retry-after'), refused.body]).toEqual([
      429,
      '12',
      {
        type: 'urn:reptile-serve:queue-full',
        title: 'Too many requests',
        status: 429,
        detail:
          'The adaptations under way leave too little time for this one, which would take until 60 s from now; ' +
          'try again in 12 s, or ask for fewer steps.',
      },
    ])
    const more = await server.post('/adaptations/signs/examples?steps=50', { examples: twoSigns.examples })
    expect([more.status, more.body.type]).toEqual([429, 'urn:reptile-serve:queue-full'])
    const fewer = adapt('d', { steps: 2 })
    await until(() => server.admission.requests === 3)
    gate.open()
    for (const answer of [...accepted, fewer]) expect((await answer).status).toBe(201)
    expect(server.images.adapted).toBe(before + 3)
    await server.idle()
    expect((await adapt('c')).status).toBe(201)
  })

  test('however little else there is to do are refused for their steps', async () => {
    const { server, gate, adapt } = await startMeasured()
    server.patience.requestSeconds = 15
    const refused = await adapt('a')
    expect([refused.status, refused.body]).toMatchObject([
      400,
      {
        type: 'urn:reptile-serve:too-many-steps',
        errors: [
          { pointer: '/steps', detail: expect.stringMatching(/^The 50 steps take about 20 s, and there are 15 s/) },
        ],
      },
    ])
    const within = adapt('b', { budgetMs: 10_000 })
    await until(() => gate.held === 1)
    gate.open()
    expect((await within).status).toBe(201)
  })

  test('hold up no predictions', async () => {
    const { server, gate, adapt } = await startMeasured()
    const accepted = [adapt('a'), adapt('b')]
    await until(() => server.admission.requests === 2)
    expect((await adapt('c')).status).toBe(429)
    expect((await server.post('/predict', question)).status).toBe(200)
    gate.open()
    await Promise.all(accepted)
  })
})

describe('more bytes than there is memory', () => {
  test('are refused as they come, and are room again when the request is over', async () => {
    const size = Buffer.byteLength(JSON.stringify({ ...twoSigns, id: 'a' }))
    const { server, gate, adapt } = await startHeld({ bytes: 2 * size })
    const waiting = [adapt('a'), adapt('b')]
    await until(() => server.admission.bytes === 2 * size)
    const refused = await server.raw('POST', '/predict', { ...json, 'Content-Length': 1000 }, ' ')
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^[1-9]\d*$/)])
    gate.open()
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([201, 201])
    await server.idle()
    expect((await server.post('/predict', question)).status).toBe(200)
  })

  test('that are announced and do not come take nothing from others', async () => {
    const size = Buffer.byteLength(question)
    const { server } = await startHeld({ bytes: 2 * size + Buffer.byteLength(JSON.stringify(twoSigns)) })
    const idle = Array.from({ length: 10 }, () => connect(server.port, '127.0.0.1'))
    for (const socket of idle) socket.write(head('POST', '/predict', { ...json, 'Content-Length': size }))
    expect((await server.post('/predict', question)).status).toBe(200)
    for (const socket of idle) socket.destroy()
    await server.idle()
  })

  test('are refused when they come unannounced', async () => {
    const { server } = await startHeld({ bytes: 1000 })
    const chunk = `400\r\n${' '.repeat(0x400)}\r\n`
    const chunked = { ...json, 'Transfer-Encoding': 'chunked' }
    expect((await server.raw('POST', '/predict', chunked, chunk)).status).toBe(429)
    await server.idle()
  })
})

describe('who hangs up', () => {
  test('while waiting frees the place at once, and is no fault', async () => {
    const { server, gate, adapt } = await startHeld({ requests: 2 })
    const first = adapt('first')
    await until(() => gate.held === 1)
    const client = new AbortController()
    const gone = fetch(`${server.url}/adapt`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ ...twoSigns, id: 'gone' }),
      signal: client.signal,
    })
    await until(() => server.adaptationTurns.waiting('adapt') === 1)
    client.abort()
    await expect(gone).rejects.toThrow()
    await until(() => server.adaptationTurns.waiting('adapt') === 0 && server.admission.requests === 1)
    gate.open()
    expect((await first).status).toBe(201)
    expect((await server.get('/adaptations/gone')).status).toBe(404)
    expect(server.lines.filter(({ msg }) => msg === 'client hung up')).toMatchObject([{ status: 499, route: '/adapt' }])
  })

  test('between slices has no further slice computed', async () => {
    const { server, gate } = await startHeld()
    const before = server.images.slicesRun
    const client = new AbortController()
    const gone = fetch(`${server.url}/adapt`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ ...twoSigns, id: 'gone', steps: 500 }),
      signal: client.signal,
    })
    await until(() => gate.held === 1)
    gate.letOne()
    await until(() => gate.held === 1 && server.images.slicesRun === before + 2)
    client.abort()
    await expect(gone).rejects.toThrow()
    await until(() => server.lines.some(({ msg }) => msg === 'client hung up'))
    gate.open()
    await server.idle()
    await server.adaptationTurns.idle()
    expect(server.images.slicesRun).toBe(before + 2)
    expect((await server.get('/adaptations/gone')).status).toBe(404)
  })

  test('while a prediction waits leaves the others their answers', async () => {
    const { server } = await startHeld()
    const gate = new Gate()
    server.images.beforePredict = gate.pass
    const first = server.post('/predict', question)
    await until(() => gate.held === 1)
    const client = new AbortController()
    const init = { method: 'POST', headers: json, body: question }
    const gone = fetch(`${server.url}/predict`, { ...init, signal: client.signal })
    const other = server.post('/predict', { id: 'signs', inputs: [lying] })
    await until(() => server.admission.requests === 3)
    client.abort()
    await expect(gone).rejects.toThrow()
    await until(() => server.admission.requests === 2)
    gate.open()
    expect((await first).body.predictions[0].label).toBe('upright')
    expect((await other).body.predictions[0].label).toBe('lying')
  })

  test('while others add to the same adaptation frees the place at once', async () => {
    const { server, gate } = await startHeld()
    const add = (init: RequestInit = {}) =>
      fetch(`${server.url}/adaptations/signs/examples`, {
        method: 'POST',
        headers: json,
        body: JSON.stringify({ examples: twoSigns.examples }),
        ...init,
      })
    const first = add()
    await until(() => gate.held === 1)
    const client = new AbortController()
    const gone = add({ signal: client.signal })
    await until(() => server.admission.requests === 2)
    client.abort()
    await expect(gone).rejects.toThrow()
    await until(() => server.lines.some(({ msg }) => msg === 'client hung up'))
    expect(server.admission.requests).toBe(1)
    gate.open()
    expect((await first).status).toBe(201)
    expect((await server.get('/adaptations/signs')).body.version).toBe(2)
  })

  test('is also who closes the sending side alone: from here nobody can tell that it still listens', async () => {
    const { server, gate, adapt } = await startHeld()
    const first = adapt('first')
    await until(() => gate.held === 1)
    const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true })
    let answered = ''
    socket.on('data', (data) => (answered += data))
    socket.end(jsonRequest('/adapt', JSON.stringify({ ...twoSigns, id: 'half' })))
    await until(() => server.lines.some(({ msg }) => msg === 'client hung up'))
    await until(() => server.adaptationTurns.waiting('adapt') === 0 && server.admission.requests === 1)
    await until(() => socket.readableEnded || socket.destroyed)
    expect(answered).toBe('')
    socket.destroy()
    gate.open()
    expect((await first).status).toBe(201)
    expect((await server.get('/adaptations/half')).status).toBe(404)
  })

  test('in the middle of a body gives back its memory', async () => {
    const { server } = await startHeld()
    const socket = connect(server.port, '127.0.0.1')
    socket.write(head('POST', '/predict', { ...json, 'Content-Length': 5000 }) + ' '.repeat(1000))
    await until(() => server.admission.bytes === 1000)
    socket.destroy()
    await server.idle()
  })
})
