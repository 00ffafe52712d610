import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lying, startTestServer, type TestServer, twoSigns, upright } from './test-server.js'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

describe('images', () => {
  test('adapt, then predict', async () => {
    const adapted = await server.post('/adapt', { ...twoSigns, id: 'first' })
    expect(adapted.status).toBe(201)
    expect(adapted.body).toMatchObject({ id: 'first', model: 'tiny-images', version: 1, labels: ['upright', 'lying'] })
    expect(adapted.body).toMatchObject({
      examples: 2,
      steps: 3,
      learningRate: 0.1,
      seed: 1,
      losses: [expect.any(Number), expect.any(Number), expect.any(Number)],
    })
    const { status, body } = await server.post('/predict', { id: 'first', inputs: [lying, upright], topK: 1 })
    expect(status).toBe(200)
    expect(body.predictions.map(({ label }: { label: string }) => label)).toEqual(['lying', 'upright'])
    expect(body.predictions[0].scores).toEqual([{ label: 'lying', confidence: body.predictions[0].confidence }])
  })

  test('settings of the request go before the model\u2019s own', async () => {
    const { body } = await server.post('/adapt', { ...twoSigns, steps: 7, learningRate: 0.01, seed: 9 })
    expect(body).toMatchObject({ steps: 7, learningRate: 0.01, seed: 9 })
    expect(body.losses).toHaveLength(7)
  })

  test('no steps at all are steps too', async () => {
    expect((await server.post('/adapt', { ...twoSigns, steps: 0 })).body).toMatchObject({ steps: 0, losses: [] })
  })

  test('an id is made where none is given', async () => {
    expect((await server.post('/adapt', { examples: twoSigns.examples })).body.id).toMatch(/^made-\d$/)
  })

  test('the same id again is the next version, and predictions come from it', async () => {
    await server.post('/adapt', { ...twoSigns, id: 'again' })
    const { body } = await server.post('/adapt', {
      id: 'again',
      examples: [...twoSigns.examples, { label: 'new', input: upright }],
    })
    expect(body.version).toBe(2)
    expect((await server.post('/predict', { id: 'again', inputs: [upright] })).body.predictions[0].scores).toHaveLength(
      3,
    )
  })

  test('labels are any texts', async () => {
    const labels = ['__proto__', '\u{1f600}']
    const examples = labels.map((label, i) => ({ label, input: i === 0 ? upright : lying }))
    expect((await server.post('/adapt', { id: 'odd', examples })).body.labels).toEqual(labels)
    const { body } = await server.post('/predict', { id: 'odd', inputs: [upright] })
    expect(body.predictions[0].label).toBe('__proto__')
  })

  test('what else is asked does not change an answer', async () => {
    await server.post('/adapt', { ...twoSigns, id: 'alone' })
    const alone = await server.post('/predict', { id: 'alone', inputs: [upright] })
    const among = await server.post('/predict', { id: 'alone', inputs: [lying, upright, lying] })
    expect(among.body.predictions[1].confidence).toBeCloseTo(alone.body.predictions[0].confidence, 5)
  })
})

test('regression: targets in, values out', async () => {
  const examples = [-1, 0, 1].map((x) => ({ target: [x, -x], input: { values: [x] } }))
  const { body } = await server.post('/adapt', { model: 'tiny-curves', id: 'curve', examples })
  expect(body).toMatchObject({ labels: [], examples: 3, steps: 5 })
  const answer = await server.post('/predict', { id: 'curve', inputs: [{ values: [0.5] }] })
  expect(answer.body.predictions).toEqual([{ values: [expect.any(Number), expect.any(Number)] }])
})

test('the samples are answered as they stand', async () => {
  const adapted = await server.post('/adapt', (await server.get('/samples/adapt.json')).body)
  expect(adapted.body).toMatchObject({ id: 'sample', version: 1, examples: 10 })
  const { status, body } = await server.post('/predict', (await server.get('/samples/predict.json')).body)
  expect([status, body.predictions.length]).toEqual([200, 5])
})

test('a compressed body', async () => {
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
  const body = new Uint8Array(gzipSync(JSON.stringify({ ...twoSigns, id: 'packed' })))
  expect((await server.ask('/adapt', { method: 'POST', headers, body })).status).toBe(201)
})

test('readiness', async () => {
  expect((await server.get('/readyz')).body).toEqual({
    ready: true,
    models: ['tiny-images', 'tiny-curves'],
    defaultModel: 'tiny-images',
  })
  server.readiness.draining = true
  const { status, headers, body } = await server.get('/readyz')
  server.readiness.draining = false
  expect([status, headers.get('connection'), body.type]).toEqual([503, 'close', 'urn:reptile-serve:draining'])
})
