/** Addresses and methods: models, samples, what is asked the wrong way. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { head, sendRaw } from './raw-request.js'
import { twoSigns } from './requests.js'
import { startTestServer, type TestServer } from './test-server.js'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())
afterEach(() => expect(server.faults()).toEqual([]))

describe('models', () => {
  const images = {
    name: 'tiny-images',
    description: 'Tells drawings of 8 x 8 pixels apart.',
    digest: 'tiny-images 1',
    task: 'classification',
    input: { kind: 'image', height: 8, width: 8, channels: 1 },
    maxExamples: 10,
    widths: [{ classes: 5, batch: 4, steps: 3, learningRate: 0.1 }],
  }

  test('all of them, and the one that is meant where none is named', async () => {
    const { body } = await server.get('/models')
    expect(body.defaultModel).toBe('tiny-images')
    expect(body.models.map(({ name }: { name: string }) => name)).toEqual(['tiny-images', 'tiny-curves', 'tiny-values'])
    expect(body.models[0]).toEqual(images)
  })

  test('one of them', async () => {
    expect((await server.get('/models/tiny-images')).body).toEqual(images)
    expect((await server.get('/models/tiny-curves')).body).toMatchObject({
      task: 'regression',
      input: { kind: 'values', length: 1 },
      outputs: 2,
    })
  })

  test.each(['none', '__proto__', 'toString', '%2e%2e%2fetc', 'a%00b', '%F0%9F%98%80', 'x'.repeat(200)])(
    'there is no %s',
    async (name) => {
      const { status, body } = await server.get(`/models/${name}`)
      expect([status, body.type]).toEqual([404, 'urn:reptile-serve:unknown-model'])
      expect(body.detail).toMatch(/^There is no model named .*; there is tiny-images, tiny-curves, tiny-values\.$/)
    },
  )
})

test('the samples are answered as they stand', async () => {
  const adapted = await server.post('/adapt', (await server.get('/samples/adapt.json')).body)
  expect(adapted.body).toMatchObject({ id: 'sample', version: 1, examples: 10 })
  const { status, body } = await server.post('/predict', (await server.get('/samples/predict.json')).body)
  expect([status, body.predictions.length]).toEqual([200, 5])
})

test('the samples of a regression are answered, too', async () => {
  const curves = await startTestServer({ defaultModel: 'tiny-curves' })
  const sample = (await curves.get('/samples/adapt.json')).body
  // The tiny model answers with two values, the samples are of one.
  const examples = sample.examples.map(({ target, input }: { target: number[]; input: unknown }) => ({
    target: [...target, 0],
    input,
  }))
  expect((await curves.post('/adapt', { ...sample, examples })).status).toBe(201)
  expect((await curves.post('/predict', (await curves.get('/samples/predict.json')).body)).status).toBe(200)
  await curves.close()
})

test('a default model without samples', async () => {
  const values = await startTestServer({ defaultModel: 'tiny-values' })
  for (const name of ['adapt', 'predict'])
    expect((await values.get(`/samples/${name}.json`)).body.type).toBe('urn:reptile-serve:unknown-page')
  await values.close()
})

test('readiness', async () => {
  expect((await server.get('/readyz')).body).toEqual({
    ready: true,
    models: ['tiny-images', 'tiny-curves', 'tiny-values'],
    defaultModel: 'tiny-images',
    engine: { name: 'onnx', device: 'cpu', reason: 'for tests' },
  })
})

const pages = [
  ['/adapt', 'POST'],
  ['/predict', 'POST'],
  ['/adaptations', 'GET, HEAD'],
  ['/adaptations/signs', 'GET, HEAD, DELETE'],
  ['/adaptations/signs/examples', 'POST'],
  ['/models', 'GET, HEAD'],
  ['/models/tiny-images', 'GET, HEAD'],
  ['/livez', 'GET, HEAD'],
  ['/startupz', 'GET, HEAD'],
  ['/readyz', 'GET, HEAD'],
  ['/metrics', 'GET, HEAD'],
  ['/openapi.yaml', 'GET, HEAD'],
  ['/docs', 'GET, HEAD'],
  ['/samples/adapt.json', 'GET, HEAD'],
  ['/samples/predict.json', 'GET, HEAD'],
] as const

describe('methods', () => {
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'] as const

  test.each(pages)('%s takes %s, and says so to all others', async (path, allowed) => {
    for (const method of methods.filter((one) => !allowed.split(', ').includes(one))) {
      const { status, headers, text } = await server.ask(path, { method })
      expect([method, status, headers.get('allow')]).toEqual([method, 405, allowed])
      if (method !== 'HEAD') expect(JSON.parse(text).type).toBe('urn:reptile-serve:method-not-allowed')
    }
  })

  test.each(pages.filter(([, allowed]) => allowed.includes('HEAD')))(
    'HEAD %s answers as GET, without a body',
    async (path) => {
      await server.post('/adapt', twoSigns)
      const [asked, got] = [await server.ask(path, { method: 'HEAD' }), await server.get(path)]
      expect([asked.status, asked.text, asked.type]).toEqual([200, '', got.type])
    },
  )

  test('one that no server knows', async () => {
    expect(await sendRaw(server.port, head('HELLO', '/models'))).toMatchObject({ status: 400 })
  })
})

describe('addresses', () => {
  test.each(pages.filter(([path]) => path !== '/docs'))(
    '%s with a slash at its end is the same page',
    async (path, allowed) => {
      await server.post('/adapt', twoSigns)
      const method = allowed.startsWith('GET') ? 'GET' : 'PUT'
      const [without, slashed] = [await server.ask(path, { method }), await fetch(`${server.url}${path}/`, { method })]
      expect(slashed.status).toBe(without.status)
    },
  )

  test.each([
    '/nowhere',
    '/',
    '//',
    '/adapt/x',
    '/ADAPT',
    '/adaptations/a/b',
    '/%',
    '/%00',
    '/..%2fadapt',
    `/${'x'.repeat(5000)}`,
  ])('there is nothing at %s', async (path) => {
    const { status, text } = await sendRaw(server.port, head('GET', path))
    const { type, detail } = JSON.parse(text)
    expect([status, type]).toEqual([404, 'urn:reptile-serve:unknown-page'])
    expect(detail.length).toBeLessThan(200)
  })

  test.each([
    ['..', '/adaptations/..'],
    ['.. in disguise', '/adaptations/%2e%2e'],
    ['a path', '/adaptations/..%2f..%2fetc%2fpasswd'],
    ['a path that goes on', '/adaptations/%2e%2e%2fx/examples'],
    ['NUL', '/adaptations/a%00'],
    ['a line break', '/adaptations/a%0Ab'],
    ['a space', '/adaptations/%20'],
    ['a dot first', '/adaptations/.a'],
    ['Unicode', '/adaptations/%C3%A4'],
    ['129 characters', `/adaptations/${'x'.repeat(129)}`],
  ])('an id that is none: %s', async (_name, path) => {
    for (const method of path.endsWith('examples') ? ['POST'] : ['GET', 'DELETE']) {
      const body = JSON.stringify({ examples: twoSigns.examples })
      const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length }
      const asked = method === 'POST' ? head(method, path, headers) + body : head(method, path)
      const { status, text } = await sendRaw(server.port, asked)
      expect([status, JSON.parse(text)]).toMatchObject([400, { errors: [{ pointer: '/id' }] }])
    }
  })

  test.each([
    '/adaptations/%',
    '/adaptations/%zz',
    '/adaptations/%ff',
    '/models/%E0%A4%A',
    '/adaptations/%C0%80/examples',
  ])('an address that is none: %s', async (path) => {
    const { status, text } = await sendRaw(server.port, head(path.endsWith('examples') ? 'POST' : 'GET', path))
    expect([status, JSON.parse(text).type]).toEqual([400, 'urn:reptile-serve:malformed-request'])
  })

  test.each([
    ['GET', '/adaptations/signs'],
    ['DELETE', '/adaptations/signs'],
    ['GET', '/models'],
    ['GET', '/models/tiny-images'],
  ])('%s %s takes no query', async (method, path) => {
    await server.post('/adapt', twoSigns)
    const { status, body } = await server.ask(`${path}?verbose=1`, { method })
    expect([status, body]).toMatchObject([400, { errors: [{ pointer: '/verbose' }] }])
    const empty = await server.ask(`${path}?`, { method: 'GET' })
    expect(empty.status).toBe(200)
  })
})
