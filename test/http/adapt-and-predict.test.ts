import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
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

const { examples } = twoSigns

describe('images', () => {
  test('adapt, then predict', async () => {
    const adapted = await server.post('/adapt', { ...twoSigns, id: 'first' })
    expect(adapted.status).toBe(201)
    expect(adapted.body).toMatchObject({ id: 'first', model: 'tiny-images', version: 1, labels: ['upright', 'lying'] })
    expect(adapted.body).toMatchObject({ examples: 2, steps: 3, learningRate: 0.1, seed: 1, retention: 'both' })
    expect(adapted.body.losses).toHaveLength(3)
    expect(adapted.headers.get('server-timing')).toMatch(
      /^decode;dur=\S+, queue;dur=\S+, engine;dur=\S+, store;dur=\S+$/,
    )
    const { status, body } = await server.post('/predict', { id: 'first', inputs: [lying, upright], topK: 1 })
    expect(status).toBe(200)
    expect(body).toMatchObject({ id: 'first', model: 'tiny-images', version: 1 })
    expect(body.predictions.map(({ label }: { label: string }) => label)).toEqual(['lying', 'upright'])
    expect(body.predictions[0].scores).toEqual([{ label: 'lying', confidence: body.predictions[0].confidence }])
  })

  test.each(['/adapt', '/adapt/', '/adaptations/placed/examples', '/adaptations/placed/examples/'])(
    'POST %s says where the model is to be looked up, behind any prefix',
    async (path) => {
      await server.post('/adapt', { ...twoSigns, id: 'placed' })
      const body = JSON.stringify(
        path.startsWith('/adapt/') || path === '/adapt' ? { ...twoSigns, id: 'placed' } : { examples },
      )
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(server.url + path, { method: 'POST', headers, body })
      expect(answer.status).toBe(201)
      const location = answer.headers.get('location') ?? ''
      for (const prefix of ['', '/some/prefix']) {
        const { pathname } = new URL(location, `http://gateway${prefix}${path}`)
        expect(pathname).toBe(`${prefix}/adaptations/placed`)
      }
    },
  )

  test('settings of the request go before the model\u2019s own', async () => {
    const { body } = await server.post('/adapt', { ...twoSigns, steps: 7, learningRate: 0.01, seed: 9 })
    expect(body).toMatchObject({ steps: 7, learningRate: 0.01, seed: 9 })
    expect(body.losses).toHaveLength(7)
  })

  test('settings may stand in the query of a JSON request', async () => {
    const { status, body } = await server.post('/adapt?id=asked&steps=4&learningRate=1e-2&seed=4294967295', {
      examples,
    })
    expect([status, body]).toMatchObject([201, { id: 'asked', steps: 4, learningRate: 0.01, seed: 4294967295 }])
    const answer = await server.post('/predict?id=asked&topK=1', { inputs: [upright] })
    expect(answer.body.predictions[0].scores).toHaveLength(1)
  })

  test('no steps at all are steps too', async () => {
    expect((await server.post('/adapt', { ...twoSigns, steps: 0 })).body).toMatchObject({ steps: 0, losses: [] })
  })

  test('an id is made where none is given', async () => {
    expect((await server.post('/adapt', { examples })).body.id).toMatch(/^made-\d+$/)
  })

  test('the same id again is the next version, and predictions come from it', async () => {
    await server.post('/adapt', { ...twoSigns, id: 'again' })
    const { body } = await server.post('/adapt', {
      id: 'again',
      examples: [...examples, { label: 'new', input: upright }],
    })
    expect(body.version).toBe(2)
    const answer = await server.post('/predict', { id: 'again', inputs: [upright] })
    expect([answer.body.version, answer.body.predictions[0].scores.length]).toEqual([2, 3])
  })

  test('the same request gives the same model', async () => {
    const answers = await Promise.all(
      ['one', 'two'].map(async (id) => {
        const { body } = await server.post('/adapt', { ...twoSigns, id, seed: 5 })
        const { body: predicted } = await server.post('/predict', { id, inputs: [upright, lying] })
        return { losses: body.losses, predictions: predicted.predictions }
      }),
    )
    expect(answers[0]).toEqual(answers[1])
  })

  test('labels are any texts', async () => {
    const labels = ['__proto__', '\u{1f600}', 'valueOf', '../x', 'x'.repeat(10)]
    const odd = labels.map((label, i) => ({ label, input: i === 0 ? upright : lying }))
    expect((await server.post('/adapt', { id: 'odd', examples: odd })).body.labels).toEqual(labels)
    const { body } = await server.post('/predict', { id: 'odd', inputs: [upright], topK: 100 })
    expect(body.predictions[0].label).toBe('__proto__')
    expect(body.predictions[0].scores).toHaveLength(5)
  })

  test('what else is asked does not change an answer', async () => {
    await server.post('/adapt', { ...twoSigns, id: 'alone' })
    const alone = await server.post('/predict', { id: 'alone', inputs: [upright] })
    const among = await server.post('/predict', { id: 'alone', inputs: [lying, upright, lying] })
    expect(among.body.predictions[1].confidence).toBeCloseTo(alone.body.predictions[0].confidence, 5)
  })
})

test('regression: targets in, values out', async () => {
  const { body } = await server.post('/adapt', { ...line, id: 'curve', steps: 200 })
  expect(body).toMatchObject({ model: 'tiny-curves', labels: [], examples: 3, steps: 200 })
  const answer = await server.post('/predict', { id: 'curve', inputs: [{ values: [1] }] })
  const [{ values }] = answer.body.predictions
  expect(values[0]).toBeGreaterThan(0.5)
  expect(values[1]).toBeLessThan(-0.5)
})

test.each([
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  ['identity', (text: string) => Buffer.from(text)],
])('a body in %s', async (coding, compress) => {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'content-encoding': coding }
  const body = new Uint8Array(compress(JSON.stringify({ ...twoSigns, id: 'packed' })))
  expect((await server.ask('/adapt', { method: 'POST', headers, body })).status).toBe(201)
})

test('a body that comes in a marked UTF-8', async () => {
  const body = `\ufeff${JSON.stringify({ ...twoSigns, id: 'marked' })}`
  expect((await server.post('/adapt', body)).status).toBe(201)
})

describe('a budget of time', () => {
  /** Every look at its clock costs a millisecond. */
  async function ticking() {
    let time = 0
    const slow = await startTestServer({ now: () => ++time })
    onTestFinished(() => slow.close())
    return slow
  }

  test('in which nothing fits leaves the steps out', async () => {
    const { status, body } = await (await ticking()).post('/adapt', { ...twoSigns, steps: 300, budgetMs: 1 })
    expect([status, body]).toMatchObject([201, { steps: 0, losses: [] }])
  })

  test('in which some fit does some', async () => {
    const { body } = await (await ticking()).post('/adapt', { ...twoSigns, steps: 900, budgetMs: 60 })
    expect(body.steps).toBeGreaterThan(0)
    expect(body.steps).toBeLessThan(900)
    expect(body.losses).toHaveLength(body.steps)
  })

  test('in which all fit does what was asked, and changes nothing', async () => {
    const slow = await ticking()
    const { body } = await slow.post('/adapt', { ...twoSigns, id: 'free', steps: 120 })
    const within = await slow.post('/adapt', { ...twoSigns, id: 'bounded', steps: 120, budgetMs: 3_600_000 })
    expect(within.body.steps).toBe(120)
    for (const [i, loss] of body.losses.entries()) expect(within.body.losses[i]).toBeCloseTo(loss, 5)
  })

  test('of the real clock: never more than asked', async () => {
    for (const budgetMs of [1, 20]) {
      const { body } = await server.post('/adapt', { ...twoSigns, steps: 50, budgetMs })
      expect(body.steps).toBeGreaterThanOrEqual(0)
      expect(body.steps).toBeLessThanOrEqual(50)
    }
  })
})
