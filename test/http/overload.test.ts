import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTestServer, type TestServer, twoSigns, upright } from './test-server.js'

let server: TestServer
let release: () => void
let occupied: Promise<unknown>
const patient = new AbortController().signal

/** The test server's queue runs one at a time and lets two wait. The one place is taken until `release`. */
beforeEach(async () => {
  server = await startTestServer()
  await server.post('/adapt', twoSigns)
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  occupied = server.queue.run(() => held, patient)
})
afterEach(async () => {
  release()
  await occupied
  await server.close()
})

const predict = (init: RequestInit = {}) =>
  fetch(`${server.url}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id: 'signs', inputs: [upright] }),
    ...init,
  })

/** Until the server has got as far. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}

test('a full queue answers 429 with the seconds to wait, and goes on when it is not full', async () => {
  const waiting = [predict(), predict()]
  await until(() => server.queue.waiting === 2)
  const refused = await predict()
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
  expect(await refused.json()).toMatchObject({ type: 'urn:reptile-serve:queue-full' })
  release()
  expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200])
  expect((await predict()).status).toBe(200)
})

test('who hangs up while waiting frees the place', async () => {
  const client = new AbortController()
  const gone = predict({ signal: client.signal })
  await until(() => server.queue.waiting === 1)
  client.abort()
  await expect(gone).rejects.toThrow()
  await until(() => server.queue.waiting === 0)
  expect(server.reported).toEqual([])
})

test('a fault of the server is reported, and told to the client without its cause', async () => {
  const cause = new Error('disk on fire')
  server.store.get = () => Promise.reject(cause)
  const answer = await predict()
  expect(answer.status).toBe(500)
  expect(await answer.json()).toMatchObject({
    type: 'urn:reptile-serve:internal',
    detail: 'The server failed; its log says why.',
  })
  expect(server.reported).toEqual([cause])
})
