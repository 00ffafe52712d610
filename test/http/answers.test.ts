/** Every answer that openapi.yaml documents is given by a running server, and is as documented (test-server.ts sees to that). */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { StoreFullError } from '../../src/store/adaptation-store.js'
import { MemoryStore } from '../../src/store/memory.js'
import { operations } from './contract-check.js'
import { FaultyStore } from './faulty-store.js'
import { line, twoSigns, upright } from './requests.js'
import { startTestServer, type TestServer } from './test-server.js'

let server: TestServer
/** On the same store, with newer versions of the models. */
let newer: TestServer
let withoutSamples: TestServer
const wall = () => Date.UTC(2026, 0, 1)
const store = new FaultyStore(new MemoryStore(1e7, { monotonic: wall, wall }))

beforeAll(async () => {
  server = await startTestServer({ store, requests: 1 })
  newer = await startTestServer({ store, seed: 2 })
  withoutSamples = await startTestServer({ defaultModel: 'tiny-values' })
})
afterAll(() => Promise.all([server, newer, withoutSamples].map((one) => one.close())))
afterEach(() => server.idle())

type Ask = () => Promise<{ readonly status: number }>

const json = { 'Content-Type': 'application/json' }
const question = { id: 'signs', inputs: [upright] }
const more = { examples: twoSigns.examples }
const wild = { learningRate: 1e38, steps: 50 }
const get = (path: string) => () => server.get(path)
const post = (path: string, body: unknown) => () => server.post(path, body)
const remove = (path: string) => () => server.ask(path, { method: 'DELETE' })

async function adapted(changes: object = {}): Promise<void> {
  expect((await server.post('/adapt', { ...twoSigns, ...changes })).status).toBe(201)
  await server.idle()
}

const after =
  (before: () => Promise<unknown>, ask: Ask): Ask =>
  async () => {
    await before()
    return ask()
  }

const whileStarting =
  (ask: Ask): Ask =>
  async () => {
    server.lifecycle.phase = 'starting'
    return ask().finally(() => {
      server.lifecycle.phase = 'ready'
    })
  }

const whileFailing =
  (ask: Ask, fault: Error = new Error('disk on fire')): Ask =>
  async () => {
    store.fault = fault
    return ask().finally(() => {
      store.fault = undefined
    })
  }

const withoutRoom = (ask: Ask): Ask => whileFailing(ask, new StoreFullError('The disk of DATA_DIR is full: make room.'))

const whileFull =
  (ask: Ask): Ask =>
  async () =>
    ask().finally(server.admission.enter())

const tooSlow =
  (path: string): Ask =>
  async () => {
    server.patience.requestSeconds = 0.05
    return server.raw('POST', path, { ...json, 'Content-Length': 10 }, 'half').finally(() => {
      server.patience.requestSeconds = 60
    })
  }

/** What any request with a body may be answered. */
const ofBodies = (path: string, body: unknown): Record<number, Ask> => ({
  400: post(path, {}),
  408: tooSlow(path),
  413: () => server.raw('POST', path, { ...json, 'Content-Length': 300_000_000 }),
  415: () => server.raw('POST', path, { 'Content-Type': 'text/plain', 'Content-Length': 0 }),
  429: whileFull(post(path, body)),
  500: whileFailing(post(path, body)),
  503: whileStarting(post(path, body)),
})

/** By operation and status: what is asked. */
const asked: Record<string, Record<number, Ask>> = {
  'post /adapt': {
    ...ofBodies('/adapt', twoSigns),
    201: post('/adapt', line),
    404: post('/adapt', { ...twoSigns, model: 'none' }),
    422: post('/adapt', { ...line, ...wild }),
    507: withoutRoom(post('/adapt', twoSigns)),
  },
  'post /predict': {
    ...ofBodies('/predict', question),
    200: after(adapted, post('/predict', question)),
    404: post('/predict', { ...question, id: 'none' }),
    409: after(
      () => adapted({ retention: 'weights', id: 'weights' }),
      () => newer.post('/predict', { ...question, id: 'weights' }),
    ),
    // The settings did well with the old version of the model, which made no steps; not so with the new one.
    422: after(divergingAnew, () => newer.post('/predict', { id: 'line', inputs: [{ values: [1] }] })),
    507: withoutRoom(post('/predict', question)),
  },
  'get /adaptations': {
    200: after(adapted, get('/adaptations')),
    400: get('/adaptations?limit=0'),
    500: whileFailing(get('/adaptations')),
    503: whileStarting(get('/adaptations')),
  },
  'get /adaptations/{id}': {
    200: after(adapted, get('/adaptations/signs')),
    400: get('/adaptations/..%2f'),
    404: get('/adaptations/none'),
    500: whileFailing(get('/adaptations/signs')),
    503: whileStarting(get('/adaptations/signs')),
  },
  'delete /adaptations/{id}': {
    204: after(adapted, remove('/adaptations/signs')),
    400: remove('/adaptations/..%2f'),
    404: remove('/adaptations/none'),
    500: whileFailing(remove('/adaptations/signs')),
    503: whileStarting(remove('/adaptations/signs')),
    507: withoutRoom(remove('/adaptations/signs')),
  },
  'post /adaptations/{id}/examples': {
    ...ofBodies('/adaptations/signs/examples', more),
    201: after(adapted, post('/adaptations/signs/examples', more)),
    404: post('/adaptations/none/examples', more),
    409: after(() => adapted({ retention: 'weights', id: 'weights' }), post('/adaptations/weights/examples', more)),
    422: after(
      () => server.post('/adapt', line).then(() => server.idle()),
      post('/adaptations/line/examples', { examples: line.examples, ...wild }),
    ),
    507: withoutRoom(post('/adaptations/signs/examples', more)),
  },
  'get /models': {
    200: get('/models'),
    400: get('/models?verbose=1'),
    503: whileStarting(get('/models')),
  },
  'get /models/{name}': {
    200: get('/models/tiny-images'),
    400: get('/models/tiny-images?verbose=1'),
    404: get('/models/none'),
    503: whileStarting(get('/models/tiny-images')),
  },
  'get /livez': { 200: whileStarting(get('/livez')) },
  'get /startupz': { 200: get('/startupz'), 503: whileStarting(get('/startupz')) },
  'get /readyz': { 200: get('/readyz'), 503: whileStarting(get('/readyz')) },
  'get /metrics': { 200: get('/metrics') },
  'get /openapi.yaml': { 200: get('/openapi.yaml') },
  'get /docs': { 200: get('/docs') },
  'get /samples/adapt.json': ofSamples('/samples/adapt.json'),
  'get /samples/predict.json': ofSamples('/samples/predict.json'),
}

function ofSamples(path: string): Record<number, Ask> {
  return { 200: get(path), 404: () => withoutSamples.get(path), 503: whileStarting(get(path)) }
}

/** With a learning rate that leads nowhere, and no steps to go there; then asked for steps, in the store. */
async function divergingAnew(): Promise<void> {
  await server.post('/adapt', { ...line, learningRate: 1e38, steps: 0 })
  await server.idle()
  const key = { tenant: 'default', id: 'line' }
  const stored = await store.get(key)
  const examples = stored && (await store.examples(stored.info))
  if (!stored?.learned || !examples) throw new Error('The line is not there.')
  const { info, learned } = stored
  await store.put({ info: { ...info, asked: { ...info.asked, steps: 50 } }, learned, examples })
}

const documented = operations.flatMap(([method, path, { responses }]) =>
  Object.keys(responses).map((status) => `${method} ${path} ${status}`),
)
const rows = Object.entries(asked).flatMap(([operation, answers]) =>
  Object.entries(answers).map(([status, ask]) => [operation, Number(status), ask] as const),
)

test('all that is documented is asked for here', () => {
  expect(rows.map(([operation, status]) => `${operation} ${status}`).toSorted()).toEqual(documented.toSorted())
})

test.each(rows)('%s %i', async (_operation, status, ask) => {
  expect((await ask()).status).toBe(status)
})

// Any address may answer so.
test.each<[string, number, Ask]>([
  ['no page', 404, () => server.raw('GET', '/nowhere', {})],
  ['a wrong method', 405, () => server.raw('PUT', '/adapt', {})],
  ['a broken address', 400, () => server.raw('GET', '/models/%', {})],
  ['a broken request', 400, () => server.raw('GET', '/mod els', {})],
  ['an expectation', 417, () => server.raw('GET', '/models', { Expect: 'the-best' })],
  ['long headers', 431, () => server.raw('GET', '/models', { 'X-Long': 'x'.repeat(20_000) })],
])('%s: %i', async (_name, status, ask) => {
  expect((await ask()).status).toBe(status)
})
