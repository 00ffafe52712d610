import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { Listener } from '../../src/http/listener.js'

/** An application that answers when it is told to. */
function slow() {
  const responses: ServerResponse[] = []
  const listener = new Listener((_request, response) => responses.push(response))
  return { listener, responses }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}

test('a close waits for the request under way and not for a connection that was only opened', async () => {
  const { listener, responses } = slow()
  const port = await listener.listen(0, '127.0.0.1')
  const idle = connect(port, '127.0.0.1')
  await once(idle, 'connect')
  const answer = fetch(`http://127.0.0.1:${port}`)
  await until(() => responses.length === 1)
  const closed = listener.close(60)
  responses[0]?.end('whole')
  expect(await (await answer).text()).toBe('whole')
  await closed
  await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow()
})

test('who has connected before the close is answered, though its request is not read yet', async () => {
  const listener = new Listener((_request, response) => response.end('whole'))
  const port = await listener.listen(0, '127.0.0.1')
  const answers = Array.from({ length: 20 }, () => fetchThere(port))
  // The connections are made by the system while this thread has not had a turn to accept them.
  const closed = Promise.all(answers.map(({ connected }) => connected)).then(() => listener.close(60))
  for (const { answer } of answers) expect(await answer).toMatch(/whole$/)
  await closed
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

test('who takes longer than there is time is cut off', async () => {
  const { listener, responses } = slow()
  const port = await listener.listen(0, '127.0.0.1')
  const answer = fetch(`http://127.0.0.1:${port}`)
  const refused = expect(answer).rejects.toThrow()
  await until(() => responses.length === 1)
  await listener.close(0)
  await refused
})

test('a port that is taken', async () => {
  const { listener } = slow()
  const port = await listener.listen(0, '127.0.0.1')
  await expect(slow().listener.listen(port, '127.0.0.1')).rejects.toThrow('EADDRINUSE')
  await listener.close(0)
})
