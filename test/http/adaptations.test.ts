import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { line, lying, twoSigns, upright } from './requests.js'
import { startTestServer, type TestServer } from './test-server.js'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())
afterEach(async () => {
  await server.idle()
  expect(server.faults()).toEqual([])
})

const predictions = async (of: TestServer, id: string) => {
  const { status, body } = await of.post('/predict', { id, inputs: [upright, lying] })
  return [status, body.version, body.predictions]
}

describe('looking at one', () => {
  test('shows what its making showed, but for the time that took', async () => {
    const { timing, ...made } = (await server.post('/adapt', { ...twoSigns, ttlSeconds: 60 })).body
    const { status, body } = await server.get('/adaptations/signs')
    expect([status, body]).toEqual([200, made])
    expect(timing).toBeDefined()
  })

  test('that does not exist', async () => {
    for (const method of ['GET', 'DELETE']) {
      const { status, body } = await server.ask('/adaptations/nobody', { method })
      expect([status, body.type]).toEqual([404, 'urn:reptile-serve:unknown-adaptation'])
    }
  })

  test('HEAD says how long it is', async () => {
    await server.post('/adapt', twoSigns)
    const head = await server.ask('/adaptations/signs', { method: 'HEAD' })
    const whole = await server.get('/adaptations/signs')
    expect([head.status, head.text]).toEqual([200, ''])
    expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(whole.text)))
  })

  test('nothing is cached on the way', async () => {
    await server.post('/adapt', twoSigns)
    expect((await server.get('/adaptations/signs')).headers.get('cache-control')).toBe('no-store')
  })
})

test('deleting: it is gone, and the next one under its id starts anew', async () => {
  await server.post('/adapt', { ...twoSigns, id: 'gone' })
  await server.post('/adapt', { ...twoSigns, id: 'gone' })
  const deleted = await server.ask('/adaptations/gone', { method: 'DELETE' })
  expect([deleted.status, deleted.text]).toEqual([204, ''])
  expect((await server.post('/predict', { id: 'gone', inputs: [upright] })).status).toBe(404)
  expect((await server.ask('/adaptations/gone', { method: 'DELETE' })).status).toBe(404)
  expect((await server.post('/adapt', { ...twoSigns, id: 'gone' })).body.version).toBe(1)
})

describe('the list', () => {
  const ids = ['a', 'B', 'a.1', 'a-1', 'a_1', 'Z', '9']
  /** In the order of their characters' codes. */
  const sorted = ['9', 'B', 'Z', 'a', 'a-1', 'a.1', 'a_1']
  let listing: TestServer
  beforeAll(async () => {
    listing = await startTestServer()
    for (const id of ids) await listing.post('/adapt', { ...twoSigns, id, steps: 0 })
    await listing.post('/adapt', { ...twoSigns, id: 'theirs', steps: 0 }, { 'x-tenant': 'other' })
  })
  afterAll(() => listing.close())

  const page = async (query: string, headers: Record<string, string> = {}) => {
    const { status, body } = await listing.ask(`/adaptations${query}`, { headers })
    expect(status).toBe(200)
    return { ids: body.adaptations.map(({ id }: { id: string }) => id), next: body.next }
  }

  test('is in order, on one page where it fits', async () => {
    expect(await page('')).toEqual({ ids: sorted, next: undefined })
    expect(await page('?limit=100')).toEqual({ ids: sorted, next: undefined })
    expect(await page('?limit=7')).toEqual({ ids: sorted, next: undefined })
  })

  test.each([1, 2, 3, 6])('in pages of %i is whole', async (limit) => {
    const found: string[] = []
    let { ids: some, next } = await page(`?limit=${limit}`)
    found.push(...some)
    while (next !== undefined) {
      expect(some).toHaveLength(limit)
      ;({ ids: some, next } = await page(`?limit=${limit}&from=${next}`))
      found.push(...some)
    }
    expect(found).toEqual(sorted)
  })

  test('has all that looking at one shows, but for the losses', async () => {
    const { losses, ...listed } = (await listing.get('/adaptations/Z')).body
    expect((await listing.get('/adaptations?from=Z&limit=1')).body.adaptations).toEqual([listed])
    expect(losses).toEqual([])
  })

  test('of long adaptations is short', async () => {
    const { body, text } = await listing.post(
      '/adapt',
      { ...twoSigns, id: 'long', steps: 1000 },
      { 'x-tenant': 'long' },
    )
    expect(body.losses).toHaveLength(1000)
    const page = await listing.ask('/adaptations', { headers: { 'x-tenant': 'long' } })
    expect(page.text.length).toBeLessThan(500)
    expect(text.length).toBeGreaterThan(5000)
  })

  test('starts where it is asked to, whether there is such an id or not', async () => {
    expect((await page('?from=a')).ids).toEqual(['a', 'a-1', 'a.1', 'a_1'])
    expect((await page('?from=a0')).ids).toEqual(['a_1'])
    expect((await page('?from=zzz')).ids).toEqual([])
  })

  test('shows to each tenant only what is theirs', async () => {
    expect((await page('', { 'x-tenant': 'other' })).ids).toEqual(['theirs'])
    expect((await page('', { 'x-tenant': 'nobody' })).ids).toEqual([])
  })

  test.each([
    ['limit=0', '/limit', '1 or more'],
    ['limit=101', '/limit', 'at most 100'],
    ['limit=1.5', '/limit', 'whole number'],
    ['limit=', '/limit', 'whole number'],
    ['limit=all', '/limit', 'whole number'],
    ['limit=1&limit=2', '/limit', 'more than once'],
    ['from=../x', '/from', 'letters, digits'],
    ['from=', '/from', 'letters, digits'],
    ['page=2', '/page', 'no such query parameter'],
    ['__proto__=2', '/__proto__', 'no such query parameter'],
  ])('refuses ?%s', async (query, pointer, detail) => {
    const { status, body } = await listing.get(`/adaptations?${query}`)
    expect([status, body]).toMatchObject([400, { errors: [{ pointer, detail: expect.stringContaining(detail) }] }])
  })

  test('tells all that is wrong with a query at once, of each parameter one thing', async () => {
    const { body } = await listing.get('/adaptations?page=2&limit=0&from=../x&limit=1&size=3')
    expect(body.errors).toEqual([
      { pointer: '/page', detail: 'There is no such query parameter; remove it.' },
      { pointer: '/limit', detail: 'It comes more than once in the query; send it once.' },
      { pointer: '/size', detail: 'There is no such query parameter; remove it.' },
      { pointer: '/from', detail: expect.stringContaining('letters, digits') },
    ])
    const none = await listing.get('/models?a=1&b=2')
    expect(none.body.errors).toMatchObject([{ pointer: '/a' }, { pointer: '/b' }])
  })
})

describe('tenants', () => {
  const as = (tenant: string) => ({ 'x-tenant': tenant })

  test('have ids of their own, and no way to those of others', async () => {
    await server.post('/adapt', { ...twoSigns, id: 'own' }, as('a'))
    const asked = { id: 'own', inputs: [upright] }
    expect((await server.post('/predict', asked, as('a'))).status).toBe(200)
    for (const headers of [as('b'), {}]) {
      expect((await server.post('/predict', asked, headers)).status).toBe(404)
      expect((await server.ask('/adaptations/own', { headers })).status).toBe(404)
      expect((await server.ask('/adaptations/own', { headers, method: 'DELETE' })).status).toBe(404)
      const more = { examples: twoSigns.examples }
      expect((await server.post('/adaptations/own/examples', more, headers)).status).toBe(404)
    }
    expect((await server.post('/adapt', { ...twoSigns, id: 'own' }, as('b'))).body.version).toBe(1)
    expect((await server.ask('/adaptations/own', { headers: as('a') })).body.version).toBe(1)
  })

  test('who is not named is the default one', async () => {
    await server.post('/adapt', { ...twoSigns, id: 'nameless' })
    expect((await server.ask('/adaptations/nameless', { headers: as('default') })).status).toBe(200)
  })

  test.each(['', 'a b', 'x'.repeat(129), 'a, b'])('a name that is none: "%s"', async (name) => {
    const { status, body } = await server.ask('/adaptations', { headers: as(name) })
    expect([status, body.type]).toEqual([400, 'urn:reptile-serve:invalid-request'])
    expect(body.detail).toMatch(/x-tenant/)
  })
})

describe('adding examples', () => {
  const [, second] = twoSigns.examples
  const more = {
    examples: [
      { label: 'third', input: upright },
      { label: 'lying', input: lying },
    ],
  }

  test('adapts anew to all of them; new labels are new classes behind the old', async () => {
    await server.post('/adapt', { ...twoSigns, id: 'grown', steps: 4, learningRate: 0.05, seed: 2, ttlSeconds: 60 })
    const { status, body } = await server.post('/adaptations/grown/examples', more)
    expect(status).toBe(201)
    expect(body).toMatchObject({ version: 2, labels: ['upright', 'lying', 'third'], examples: 4 })
    expect(body).toMatchObject({ steps: 4, learningRate: 0.05, seed: 2, expiresAt: '2026-01-01T00:01:00.000Z' })
    const at = { id: 'at-once', steps: 4, learningRate: 0.05, seed: 2 }
    const atOnce = await server.post('/adapt', { ...at, examples: [...twoSigns.examples, ...more.examples] })
    expect(body.losses).toEqual(atOnce.body.losses)
    expect((await predictions(server, 'grown')).slice(2)).toEqual((await predictions(server, 'at-once')).slice(2))
  })

  test('settings that are given hold, and go on holding', async () => {
    await server.post('/adapt', { ...twoSigns, id: 'set', steps: 4 })
    const first = await server.post('/adaptations/set/examples?seed=8', { ...more, steps: 2, learningRate: 0.01 })
    expect(first.body).toMatchObject({ steps: 2, learningRate: 0.01, seed: 8 })
    const next = await server.post('/adaptations/set/examples', more)
    expect(next.body).toMatchObject({ version: 3, examples: 6, steps: 2, learningRate: 0.01, seed: 8 })
  })

  test('of a regression', async () => {
    await server.post('/adapt', { ...line, id: 'longer' })
    const { body } = await server.post('/adaptations/longer/examples', { examples: line.examples.slice(0, 1) })
    expect(body).toMatchObject({ version: 2, labels: [], examples: 4 })
  })

  test('by several at the same time: none is lost', async () => {
    await server.post('/adapt', { ...twoSigns, id: 'busy', steps: 1 })
    const adding = ['c', 'd', 'e'].map((label) =>
      server.post('/adaptations/busy/examples', { examples: [{ label, input: upright }] }),
    )
    expect((await Promise.all(adding)).map(({ status }) => status)).toEqual([201, 201, 201])
    const { body } = await server.get('/adaptations/busy')
    expect([body.version, body.examples, body.labels.toSorted()]).toEqual([4, 5, ['c', 'd', 'e', 'lying', 'upright']])
  })

  test('where they were not kept', async () => {
    await server.post('/adapt', { ...twoSigns, id: 'weights', retention: 'weights' })
    const { status, body } = await server.post('/adaptations/weights/examples', more)
    expect([status, body.type]).toEqual([409, 'urn:reptile-serve:not-restorable'])
    expect((await server.get('/adaptations/weights')).body.version).toBe(1)
  })

  test.each<[string, unknown, string, string]>([
    ['none', { examples: [] }, '/examples', 'at least one'],
    ['a model', { ...more, model: 'tiny-images' }, '/model', 'no such member'],
    ['another id', { ...more, id: 'other' }, '/id', 'no such member'],
    ['a target', { examples: [{ target: [1], input: upright }] }, '/examples/0/target', 'classifies'],
    ['a sixth class', { examples: [...'abcd'].map((label) => ({ label, input: lying })) }, '/examples', '6 classes'],
    ['more than the model takes', { examples: new Array(9).fill(second) }, '/examples', '11 examples'],
    ['more than there may be', { examples: new Array(20).fill(second) }, '/examples', 'over 20'],
  ])('%s: the old version stays', async (_name, body, pointer, detail) => {
    const id = 'stays'
    await server.post('/adapt', { ...twoSigns, id })
    const before = await predictions(server, id)
    const answer = await server.post(`/adaptations/${id}/examples`, body)
    expect(answer.status).toBe(400)
    expect(answer.body.errors).toEqual([{ pointer, detail: expect.stringContaining(detail) }])
    expect(await predictions(server, id)).toEqual(before)
    await server.ask(`/adaptations/${id}`, { method: 'DELETE' })
  })

  test('that lead nowhere: 422, and the old version stays', async () => {
    await server.post('/adapt', { ...line, id: 'calm' })
    const wild = { examples: [{ target: [1e30, 0], input: { values: [1e20] } }], learningRate: 1e30 }
    const { status, body } = await server.post('/adaptations/calm/examples', wild)
    expect([status, body.type]).toEqual([422, 'urn:reptile-serve:diverged'])
    expect((await server.get('/adaptations/calm')).body).toMatchObject({ version: 1, examples: 3 })
  })
})

describe('the time to live', () => {
  test('when it is over nothing is left, whatever asks', async () => {
    const made = await server.post('/adapt', { ...twoSigns, id: 'mortal', ttlSeconds: 60 })
    expect(made.body.expiresAt).toBe(new Date(server.wall.now + 60_000).toISOString())
    server.wall.now += 59_999
    expect((await predictions(server, 'mortal'))[0]).toBe(200)
    server.wall.now += 1
    expect((await server.post('/predict', { id: 'mortal', inputs: [upright] })).status).toBe(404)
    expect((await server.get('/adaptations/mortal')).status).toBe(404)
    const more = { examples: twoSigns.examples }
    expect((await server.post('/adaptations/mortal/examples', more)).status).toBe(404)
    expect((await server.get('/adaptations?from=mortal&limit=1')).body.adaptations).not.toMatchObject([
      { id: 'mortal' },
    ])
    expect((await server.post('/adapt', { ...twoSigns, id: 'mortal' })).body).not.toHaveProperty('expiresAt')
  })
})
