/** Answers that come too late, before the start, during the stop, or not at all because something broke. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { DamagedError } from '../../src/store/adaptation-store.js'
import { MemoryStore } from '../../src/store/memory.js'
import { Gate } from '../serving/watched-learner.js'
import { FaultyStore } from './faulty-store.js'
import { startHeld } from './held-server.js'
import { until } from './operations/observed-server.js'
import { jsonRequest } from './raw-request.js'
import { twoSigns, upright } from './requests.js'
import { startTestServer } from './test-server.js'

const json = { 'Content-Type': 'application/json' }
const question = JSON.stringify({ id: 'signs', inputs: [upright] })

describe('a deadline', () => {
  /** With a clock that stands still steps take no time, so that nothing is refused for the time it would take. */
  const timeless = { now: () => 0 }

  test('ends the wait for a turn at once, and that for an answer at the next slice', async () => {
    const { server, gate, adapt } = await startHeld(timeless)
    server.patience.requestSeconds = 0.1
    const first = adapt('first')
    await until(() => gate.held === 1)
    const late = await adapt('late')
    expect([late.status, late.body.type]).toEqual([503, 'urn:reptile-serve:deadline'])
    expect(server.adaptationTurns.waiting('adapt')).toBe(0)
    gate.open()
    expect((await first).status).toBe(503)
    const { body } = await server.get('/adaptations')
    expect(body.adaptations).toMatchObject([{ id: 'signs' }])
  })

  test('ends the wait for others who add to the same adaptation', async () => {
    const { server, gate } = await startHeld(timeless)
    const more = { examples: twoSigns.examples }
    const first = server.post('/adaptations/signs/examples', more)
    await until(() => gate.held === 1)
    server.patience.requestSeconds = 0.1
    const late = server.post('/adaptations/signs/examples', more)
    const answered = await Promise.race([late, new Promise((resolve) => setTimeout(resolve, 2000, 'nothing'))])
    gate.open()
    expect(answered).toMatchObject({ status: 503 })
    expect((await first).status).toBe(201)
    await late
  })

  test('ends the wait for a prediction', async () => {
    const { server } = await startHeld()
    server.patience.requestSeconds = 0.1
    const gate = new Gate()
    server.images.beforePredict = gate.pass
    const { status, body } = await server.post('/predict', question)
    expect([status, body.type]).toEqual([503, 'urn:reptile-serve:deadline'])
    gate.open()
  })

  test('a body that does not come in time', async () => {
    const { server } = await startHeld()
    server.patience.requestSeconds = 0.1
    const slow = await server.raw('POST', '/predict', { ...json, 'Content-Length': 1000 }, question)
    expect([slow.status, JSON.parse(slow.text).type]).toEqual([408, 'urn:reptile-serve:request-timeout'])
    expect(slow.headers.get('connection')).toBe('close')
  })
})

describe('the beginning and the end', () => {
  test('before the models are there everything but /livez says so', async () => {
    const { server } = await startHeld()
    server.lifecycle.phase = 'starting'
    for (const path of ['/readyz', '/startupz', '/models', '/adaptations', '/samples/adapt.json', '/nowhere']) {
      const { status, headers, body } = await server.get(path)
      expect([path, status, headers.get('retry-after')]).toEqual([path, 503, '1'])
      expect(body.type).toBe('urn:reptile-serve:starting')
    }
    expect((await server.post('/predict', question)).body.type).toBe('urn:reptile-serve:starting')
    for (const path of ['/livez', '/metrics', '/openapi.yaml', '/docs'])
      expect((await server.get(path)).status).toBe(200)
    server.lifecycle.phase = 'ready'
  })

  test('who comes while the server drains is answered, but /readyz says no', async () => {
    const { server } = await startHeld()
    server.lifecycle.phase = 'draining'
    const { status, headers, body } = await server.get('/readyz')
    expect([status, headers.get('retry-after'), body.type]).toEqual([503, '1', 'urn:reptile-serve:draining'])
    expect((await server.post('/predict', question)).status).toBe(200)
  })

  test('a closed admission', async () => {
    const { server, gate, adapt } = await startHeld()
    const under = adapt('under-way')
    await until(() => gate.held === 1)
    const drained = server.admission.drain()
    const { status, headers, body } = await server.post('/predict', question)
    expect([status, headers.get('retry-after'), body.type]).toEqual([503, '1', 'urn:reptile-serve:draining'])
    gate.open()
    expect((await under).status).toBe(201)
    await drained
  })

  test('what is under way when the server closes is finished', async () => {
    const { server, gate, adapt } = await startHeld()
    const under = adapt('under-way')
    await until(() => gate.held === 1)
    const closed = server.listener.close(0, 60)
    gate.open()
    expect([(await under).status, (await under).headers.get('connection')]).toEqual([201, 'close'])
    await closed
    await expect(server.get('/readyz')).rejects.toThrow()
  })

  test('and told to go elsewhere when that takes too long', async () => {
    const { server, gate, adapt } = await startHeld()
    const under = adapt('under-way')
    await until(() => gate.held === 1)
    const waits = adapt('waits')
    await until(() => server.adaptationTurns.waiting('adapt') === 1)
    const closed = server.listener.close(0, 0.05)
    const { status, headers, body } = await waits
    expect([status, headers.get('retry-after'), body.type]).toEqual([503, '1', 'urn:reptile-serve:draining'])
    gate.open()
    expect((await under).status).toBe(503)
    await closed
  })
})

describe('a fault of the server', () => {
  async function faulty() {
    const wall = () => Date.UTC(2026, 0, 1)
    const store = new FaultyStore(new MemoryStore(1e6, { monotonic: wall, wall }))
    const server = await startTestServer({ store })
    onTestFinished(() => server.close())
    await server.post('/adapt', twoSigns)
    return { store, server }
  }

  test('is reported, and told to the client without its cause', async () => {
    const { store, server } = await faulty()
    store.fault = new Error('disk on fire')
    const answer = await server.post('/predict', question, { 'x-request-id': 'mine' })
    expect(answer.body).toEqual({
      type: 'urn:reptile-serve:internal',
      title: 'A fault of the server',
      status: 500,
      detail: 'The server failed; its log says why.',
    })
    expect(server.faults()).toMatchObject([{ level: 'error', requestId: 'mine', err: { message: 'disk on fire' } }])
    store.fault = undefined
    expect((await server.post('/predict', question)).status).toBe(200)
    await server.idle()
  })

  test('a record that cannot be trusted is refused, never served', async () => {
    const { store, server } = await faulty()
    store.fault = new DamagedError('The record of "signs" is damaged; delete it.')
    const { status, body } = await server.post('/predict', question)
    expect([status, body.type]).toEqual([500, 'urn:reptile-serve:damaged-adaptation'])
  })

  test('who was cut off while the answer went out is none', async () => {
    const { server } = await faulty()
    const socket = connect(server.port, '127.0.0.1')
    socket.write(jsonRequest('/predict', question))
    socket.resetAndDestroy()
    await once(socket, 'close')
    await server.idle()
    expect(server.faults()).toEqual([])
  })
})
