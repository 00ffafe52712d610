import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { type ConnectionWatch, Listener, type Timer } from '../../src/http/listener.js'
import { ServingError } from '../../src/serving/serving-error.js'

const limits = { requestSeconds: 60, connections: 100 }
const silent: ConnectionWatch = { refused() {}, dropped() {} }

/** An application that answers when it is told to. */
function slow(timer?: Timer) {
  const responses: ServerResponse[] = []
  const listener = new Listener((_request, response) => responses.push(response), limits, silent, timer)
  return { listener, responses }
}

/** Time that passes when it is told to: every timer that waits, by its seconds. */
function handTimer() {
  const waiting = new Map<number, () => void>()
  const timer: Timer = (seconds, act) => {
    waiting.set(seconds, act)
    return () => waiting.delete(seconds)
  }
  const pass = async (seconds: number) => {
    await until(() => waiting.has(seconds))
    const act = waiting.get(seconds)
    waiting.delete(seconds)
    act?.()
  }
  return { timer, waiting, pass }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}

describe('a close', () => {
  test('waits for the request under way and not for a connection that was only opened', async () => {
    const { listener, responses } = slow()
    const port = await listener.listen(0, '127.0.0.1')
    const idle = connect(port, '127.0.0.1')
    await once(idle, 'connect')
    const answer = fetch(`http://127.0.0.1:${port}`)
    await until(() => responses.length === 1)
    const closed = listener.close(0, 60)
    responses[0]?.end('whole')
    expect(await (await answer).text()).toBe('whole')
    await closed
    await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow()
  })

  test('answers who has connected before it, though the request is not read yet', async () => {
    const listener = new Listener((_request, response) => response.end('whole'), limits, silent)
    const port = await listener.listen(0, '127.0.0.1')
    const answers = Array.from({ length: 20 }, () => fetchThere(port))
    // The connections are made by the system while this thread has not had a turn to accept them.
    const closed = Promise.all(answers.map(({ connected }) => connected)).then(() => listener.close(0, 60))
    for (const { answer } of answers) expect(await answer).toMatch(/whole$/)
    await closed
  })

  test('lingers first: whoever comes is still answered, and asked to leave', async () => {
    const { timer, pass } = handTimer()
    const { listener, responses } = slow(timer)
    const port = await listener.listen(0, '127.0.0.1')
    const before = fetch(`http://127.0.0.1:${port}`)
    await until(() => responses.length === 1)
    const closed = listener.close(5, 60)
    const after = fetch(`http://127.0.0.1:${port}`)
    await until(() => responses.length === 2)
    for (const response of responses) response.end('whole')
    for (const answer of [await before, await after]) {
      expect(answer.headers.get('connection')).toBe('close')
      expect(await answer.text()).toBe('whole')
    }
    await pass(5)
    await closed
    await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow()
  })

  test('tells those who still wait when the time is up, and leaves their answers the time to go out', async () => {
    const { timer, pass, waiting } = handTimer()
    const { listener, responses } = slow(timer)
    const port = await listener.listen(0, '127.0.0.1')
    const answer = fetch(`http://127.0.0.1:${port}`)
    await until(() => responses.length === 1)
    listener.cutOff.addEventListener('abort', () => responses[0]?.writeHead(503).end('ask another'))
    const closed = listener.close(0, 30)
    expect(listener.cutOff.aborted).toBe(false)
    await pass(30)
    expect((await answer).status).toBe(503)
    await closed
    expect(listener.cutOff.reason).toBeInstanceOf(ServingError)
    expect(listener.cutOff.reason).toMatchObject({ failure: { code: 'draining' } })
    expect([...waiting]).toEqual([])
  })

  test('may be listened for by any number of requests', async () => {
    const warnings: Error[] = []
    process.on('warning', (warning) => warnings.push(warning))
    const { cutOff } = slow().listener
    for (let i = 0; i < 300; i++) cutOff.addEventListener('abort', () => {})
    await new Promise((resolve) => setImmediate(resolve))
    expect(warnings).toEqual([])
  })

  test('cuts off who does not hear even that', async () => {
    const { timer, pass } = handTimer()
    const { listener, responses } = slow(timer)
    const port = await listener.listen(0, '127.0.0.1')
    const refused = expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow()
    await until(() => responses.length === 1)
    const closed = listener.close(0, 30)
    await pass(30)
    await pass(1)
    await closed
    await refused
  })
})

/** A request by hand, which tells when the system has connected it. */
function fetchThere(port: number) {
  const socket = connect(port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: there\r\nConnection: close\r\n\r\n')
  const answer = (async () => {
    let text = ''
    for await (const chunk of socket) text += chunk
    return text
  })()
  return { connected: once(socket, 'connect'), answer }
}

test('a port that is taken', async () => {
  const { listener } = slow()
  const port = await listener.listen(0, '127.0.0.1')
  await expect(slow().listener.listen(port, '127.0.0.1')).rejects.toThrow('EADDRINUSE')
  await listener.close(0, 0)
})

test('connections over the limit are closed, and counted', async () => {
  let dropped = 0
  const watch: ConnectionWatch = { refused() {}, dropped: () => dropped++ }
  const listener = new Listener((_request, response) => response.end(), { requestSeconds: 60, connections: 1 }, watch)
  const port = await listener.listen(0, '127.0.0.1')
  const first = connect(port, '127.0.0.1')
  await once(first, 'connect')
  const second = connect(port, '127.0.0.1').on('error', () => {})
  await once(second, 'close')
  expect(dropped).toBe(1)
  await listener.close(0, 0)
})

describe('requests sent one behind the other', () => {
  test('are over when their connection is, those too whose turn to be answered had not come', async () => {
    const { listener, responses } = slow()
    const closed: number[] = []
    const port = await listener.listen(0, '127.0.0.1')
    const client = connect(port, '127.0.0.1')
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3))
    await until(() => responses.length === 3)
    for (const [i, response] of responses.entries()) response.once('close', () => closed.push(i))
    client.destroy()
    await until(() => closed.length === 3)
    // Nothing is under way any more: it need not wait for the hour.
    await listener.close(0, 3600)
    expect(closed.sort()).toEqual([0, 1, 2])
    expect(responses.map(({ destroyed }) => destroyed)).toEqual([true, true, true])
  })

  test('are all answered by a stop that comes in between', async () => {
    const { listener, responses } = slow()
    const port = await listener.listen(0, '127.0.0.1')
    const client = connect(port, '127.0.0.1')
    let text = ''
    client.on('data', (data) => {
      text += data
    })
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3))
    await until(() => responses.length === 3)
    const closed = listener.close(0, 60)
    for (const [i, response] of responses.entries()) response.end(`answer ${i}`)
    await closed
    await until(() => client.destroyed || client.readableEnded)
    expect(text.match(/answer \d/g)).toEqual(['answer 0', 'answer 1', 'answer 2'])
  })
})

test('no header is lost, however many there are', async () => {
  const seen: (string | undefined)[] = []
  const app = (request: IncomingMessage, response: ServerResponse) => {
    seen.push(request.headers['x-tenant'] as string | undefined)
    response.end()
  }
  const listener = new Listener(app, limits, silent)
  const port = await listener.listen(0, '127.0.0.1')
  const client = connect(port, '127.0.0.1')
  client.write(`GET / HTTP/1.1\r\nHost: x\r\n${'a:\r\n'.repeat(2100)}X-Tenant: acme\r\nConnection: close\r\n\r\n`)
  await once(client.resume(), 'close')
  expect(seen).toEqual(['acme'])
  await listener.close(0, 0)
})
