/** Bad input of every kind ends in a problem document that says what to do, and the server goes on. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { fill, greyPng, through } from '../codec/images.js'
import { base64, line, lying, lyingPng, twoSigns, upright, uprightPng } from './requests.js'
import { startTestServer, type TestServer, testLimits } from './test-server.js'

let server: TestServer
const good = async () => (await server.post('/predict', { id: 'signs', inputs: [upright, lying] })).body.predictions
let expected: unknown
beforeAll(async () => {
  server = await startTestServer()
  await server.post('/adapt', twoSigns)
  await server.post('/adapt', line)
  expected = await good()
})
afterAll(() => server.close())
// Bad input is the client's fault, never a fault of the server that its operator should hear of; and it leaves nothing behind.
afterEach(async () => {
  expect(server.faults()).toEqual([])
  expect(await good()).toEqual(expected)
  await server.idle()
})

const [example] = twoSigns.examples
const withInput = (input: unknown) => ({ examples: [example, { label: 'b', input }] })
const withLabel = (label: unknown) => ({ examples: [{ ...example, label }, ...twoSigns.examples] })
const image = (bytes: Uint8Array) => withInput({ image: base64(bytes) })
const curve = (target: unknown, input: unknown) => ({ model: 'tiny-curves', examples: [{ target, input }] })
const of = (classes: number) => Array.from({ length: classes }, (_, i) => ({ label: `${i}`, input: upright }))

/** Large bodies are read by a thread: what is wrong with them is said in the same words. */
const long = ' '.repeat(70_000)

describe('invalid members are pointed at', () => {
  const cut = lyingPng.subarray(0, Math.floor(lyingPng.length * 0.7))
  const wide = greyPng(new Uint8Array(201 * 100), 201, 100)
  const claims = Buffer.from(lyingPng)
  claims.writeUInt32BE(100_000, 16)
  claims.writeUInt32BE(100_000, 20)

  test.each<[string, unknown, string, string]>([
    ['no examples', {}, '/examples', 'Send an array of examples.'],
    ['empty examples', { examples: [] }, '/examples', 'Send at least one example.'],
    ['examples that are no array', { examples: { length: 2 } }, '/examples', 'Send an array of examples.'],
    ['an array', [], '', 'Send a JSON object.'],
    ['a text', '"text"', '', 'Send a JSON object.'],
    ['null', 'null', '', 'Send a JSON object.'],
    ['one label', { examples: [example] }, '/examples', 'The number of different labels is 1;'],
    ['one label twice', { examples: [example, example] }, '/examples', 'The number of different labels is 1;'],
    ['no label', { examples: [example, { input: upright }] }, '/examples/1', 'either `label` or `target`'],
    ['label and target', { examples: [{ ...example, target: [1] }] }, '/examples/0', 'either `label` or `target`'],
    ['an empty label', withLabel(''), '/examples/0/label', 'not empty'],
    ['a label that is a number', withLabel(5), '/examples/0/label', 'Send a text.'],
    ['a label that is null', withLabel(null), '/examples/0/label', 'Send a text.'],
    ['a label that is an array', withLabel(['a']), '/examples/0/label', 'Send a text.'],
    ['a long label', withLabel('x'.repeat(11)), '/examples/0/label', 'at most 10 characters'],
    ['a huge label', withLabel('x'.repeat(50_000)), '/examples/0/label', 'at most 10 characters'],
    ['a label with a line break', withLabel('a\nb'), '/examples/0/label', 'control characters'],
    ['a label with NUL', withLabel('a\0'), '/examples/0/label', 'control characters'],
    ['half a character', withLabel('\ud83d'), '/examples/0/label', 'whole characters'],
    ['no input', { examples: [{ label: 'a' }] }, '/examples/0/input', 'either `image` or `values`'],
    ['an empty input', withInput({}), '/examples/1/input', 'either `image` or `values`'],
    ['two inputs', withInput({ ...upright, values: [1] }), '/examples/1/input', 'either'],
    ['an image that is a number', withInput({ image: 5 }), '/examples/1/input/image', 'base64'],
    ['an empty image', withInput({ image: '' }), '/examples/1/input/image', 'Send an image file.'],
    ['an image that is not base64', withInput({ image: '?' }), '/examples/1/input/image', 'not base64'],
    ['base64 that is cut', withInput({ image: 'AAAAA' }), '/examples/1/input/image', 'not base64'],
    ['text for an image', image(Buffer.from('hello')), '/examples/1/input/image', 'not an image'],
    ['SVG', image(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')), '/examples/1/input/image', 'not an image'],
    ['a PNG of nothing', image(lyingPng.subarray(0, 8)), '/examples/1/input/image', 'damaged'],
    ['a cut PNG', image(cut), '/examples/1/input/image', 'damaged'],
    ['a large image', image(wide), '/examples/1/input/image', 'more than 20000 pixels'],
    ['an image that claims to be huge', image(claims), '/examples/1/input/image', 'more than 20000 pixels'],
    ['few values', withInput({ values: [1, 2] }), '/examples/1/input/values', 'takes 64'],
    ['no values', withInput({ values: [] }), '/examples/1/input/values', 'finite numbers'],
    ['values that are texts', withInput({ values: ['1'] }), '/examples/1/input/values', 'finite numbers'],
    ['values that are null', withInput({ values: [null] }), '/examples/1/input/values', 'finite numbers'],
    ['a value beyond all floats', withInput({ values: [1e39] }), '/examples/1/input/values', '32-bit floats'],
    ['a target for a classifier', { examples: [{ target: [1], input: upright }] }, '/examples/0/target', 'classifies'],
    ['a label for a regression', { model: 'tiny-curves', examples: [example] }, '/examples/0/label', 'regresses'],
    ['a short target', curve([1], { values: [1] }), '/examples/0/target', 'takes 2'],
    ['no target', curve([], { values: [1] }), '/examples/0/target', 'finite numbers'],
    ['an endless target', curve([1, 1e39], { values: [1] }), '/examples/0/target', '32-bit floats'],
    ['an image for values', curve([1, 2], upright), '/examples/0/input/image', 'takes values'],
    ['too many classes', { examples: of(6) }, '/examples', '6 classes'],
    [
      'too many for the model',
      { examples: [...twoSigns.examples, ...new Array(9).fill(example)] },
      '/examples',
      '11 examples',
    ],
    ['too many at all', { examples: new Array(21).fill(5) }, '/examples', 'at most 20'],
    ['negative steps', { ...twoSigns, steps: -1 }, '/steps', '0 or more'],
    ['half a step', { ...twoSigns, steps: 0.5 }, '/steps', 'whole number'],
    ['steps that are a text', { ...twoSigns, steps: '5' }, '/steps', 'whole number'],
    ['many steps', { ...twoSigns, steps: 1001 }, '/steps', 'at most 1000.'],
    ['1e9 steps', { ...twoSigns, steps: 1e9 }, '/steps', 'at most 1000000.'],
    ['1e300 steps', { ...twoSigns, steps: 1e300 }, '/steps', 'whole number'],
    ['a learning rate of 0', { ...twoSigns, learningRate: 0 }, '/learningRate', 'above 0'],
    ['a negative learning rate', { ...twoSigns, learningRate: -0.1 }, '/learningRate', 'above 0'],
    ['a learning rate of nothing', { ...twoSigns, learningRate: 1e-300 }, '/learningRate', 'from 1.2e-38'],
    ['an endless learning rate', { ...twoSigns, learningRate: 1e300 }, '/learningRate', 'to 3.4e38'],
    ['a large seed', { ...twoSigns, seed: 2 ** 32 }, '/seed', 'at most 4294967295'],
    ['a negative seed', { ...twoSigns, seed: -1 }, '/seed', '0 or more'],
    ['no budget', { ...twoSigns, budgetMs: 0 }, '/budgetMs', '1 or more'],
    ['no time to live', { ...twoSigns, ttlSeconds: 0 }, '/ttlSeconds', '1 or more'],
    ['an eternity', { ...twoSigns, ttlSeconds: 1e15 }, '/ttlSeconds', 'at most 3153600000'],
    ['another retention', { ...twoSigns, retention: 'none' }, '/retention', '`both`, `weights` or `examples`'],
    ['an id with a path', { ...twoSigns, id: '../x' }, '/id', 'letters, digits'],
    ['an empty id', { ...twoSigns, id: '' }, '/id', 'letters, digits'],
    ['a long id', { ...twoSigns, id: 'x'.repeat(129) }, '/id', 'at most 128'],
    ['an id with NUL', { ...twoSigns, id: 'a\0' }, '/id', 'letters, digits'],
    ['an id with a line break', { ...twoSigns, id: 'a\n' }, '/id', 'letters, digits'],
    ['a model that is null', { ...twoSigns, model: null }, '/model', 'name of a model'],
    ['a long model', { ...twoSigns, model: 'x'.repeat(65) }, '/model', 'at most 64'],
    ['an unknown member', { ...twoSigns, stepz: 5 }, '/stepz', 'no such member'],
    ['an unknown member within', { examples: [{ ...example, 'a/b~c': 1 }] }, '/examples/0/a~1b~0c', 'no such member'],
  ])('POST /adapt with %s', async (_name, body, pointer, detail) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    for (const sent of [text, text + long]) {
      const answer = await server.post('/adapt', sent)
      expect(answer.body).toEqual({
        type: `urn:reptile-serve:${answer.body.type?.endsWith('unfit-examples') ? 'unfit-examples' : 'invalid-request'}`,
        title: 'The request is invalid',
        status: 400,
        detail: expect.stringMatching(/^[A-Z0-9].*\.$/),
        errors: [{ pointer, detail: expect.stringContaining(detail) }],
      })
      expect(answer.status).toBe(400)
      expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    }
  })

  test.each<[string, unknown, string, string]>([
    ['no id', { inputs: [upright] }, '/id', 'Name the adaptation, in JSON or in the address (?id=my-signs).'],
    ['an id that is none', { id: '../signs', inputs: [upright] }, '/id', 'letters, digits'],
    ['no inputs', { id: 'signs' }, '/inputs', 'Send an array of inputs.'],
    ['empty inputs', { id: 'signs', inputs: [] }, '/inputs', 'Send at least one input.'],
    ['too many inputs', { id: 'signs', inputs: new Array(7).fill(upright) }, '/inputs', 'at most 6'],
    ['topK of 0', { id: 'signs', inputs: [upright], topK: 0 }, '/topK', '1 or more'],
    ['topK of 101', { id: 'signs', inputs: [upright], topK: 101 }, '/topK', 'at most 100'],
    ['a broken input', { id: 'signs', inputs: [upright, { image: 'AAAA' }] }, '/inputs/1/image', 'not an image'],
    ['an image for values', { id: 'line', inputs: [upright] }, '/inputs/0/image', 'takes values'],
    ['few values', { id: 'signs', inputs: [{ values: [1] }] }, '/inputs/0/values', 'takes 64'],
    ['a label', { id: 'signs', inputs: [{ ...upright, label: 'a' }] }, '/inputs/0/label', 'no such member'],
  ])('POST /predict with %s', async (_name, body, pointer, detail) => {
    for (const sent of [JSON.stringify(body), JSON.stringify(body) + long]) {
      const answer = await server.post('/predict', sent)
      expect(answer.body).toMatchObject({ type: 'urn:reptile-serve:invalid-request', status: 400 })
      expect(answer.body.errors).toEqual([{ pointer, detail: expect.stringContaining(detail) }])
    }
  })

  test.each(['1e999', '-1e999', '1e400'])('%s, which JSON can hold and a float cannot', async (number) => {
    const values = await server.post('/predict', `{"id":"line","inputs":[{"values":[${number}]}]}`)
    expect(values.body.errors).toEqual([
      { pointer: '/inputs/0/values', detail: 'Send an array of finite numbers, at least one.' },
    ])
    const examples = JSON.stringify(twoSigns.examples)
    for (const name of ['steps', 'learningRate', 'seed']) {
      const settings = await server.post('/adapt', `{"examples":${examples},"${name}":${number}}`)
      expect(settings.body.errors).toMatchObject([{ pointer: `/${name}` }])
    }
  })

  test.each(['NaN', 'Infinity', '-Infinity', 'undefined', '01', '.5', '+1'])('%s, which is no JSON', async (number) => {
    const { status, body } = await server.post('/predict', `{"id":"line","inputs":[{"values":[${number}]}]}`)
    expect([status, body.type]).toEqual([400, 'urn:reptile-serve:invalid-json'])
  })

  test('a member named __proto__ is as unknown as any other', async () => {
    const answer = await server.post('/predict', '{"__proto__":{"id":"signs"},"id":"signs","inputs":[{"values":[1]}]}')
    expect(answer.body.errors[0].pointer).toBe('/__proto__')
    const nested = await server.post('/predict', '{"id":"signs","inputs":[{"__proto__":{"values":[1]}}]}')
    expect(nested.body.errors[0].pointer).toMatch('/inputs/0')
  })

  test('of a body full of faults the first 20 are named, none at length', async () => {
    const members = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`${i}-`.repeat(200), 1]))
    const { text, body } = await server.post('/adapt', { ...twoSigns, ...members })
    expect(body.errors).toHaveLength(20)
    expect(text.length).toBeLessThan(10_000)
  })

  test('several inputs that do not fit are named together', async () => {
    const { body } = await server.post('/predict', { id: 'signs', inputs: [{ values: [1] }, upright, { values: [2] }] })
    expect(body.errors).toMatchObject([{ pointer: '/inputs/0/values' }, { pointer: '/inputs/2/values' }])
  })

  test('images that are too much together', async () => {
    const large = {
      image: base64(
        await through(
          fill(190, 100, 1, () => 255),
          190,
          100,
          1,
        )
          .png()
          .toBuffer(),
      ),
    }
    const examples = ['a', 'b'].flatMap((label) => new Array(5).fill({ label, input: large }))
    const { status, body } = await server.post('/adapt', { examples })
    expect(status).toBe(400)
    expect(body.errors[0].detail).toMatch(/too many pixels together/)
  })

  test('a file of every format that stops in the middle', async () => {
    const noise = fill(64, 64, 1, (x, y) => (x * 7919 + y * 104729) % 251)
    for (const format of ['png', 'jpeg', 'webp', 'gif', 'tiff', 'avif'] as const) {
      const whole = await through(noise, 64, 64, 1).toFormat(format).toBuffer()
      const half = { image: base64(whole.subarray(0, whole.length >> 1)) }
      const { status, body } = await server.post('/predict', { id: 'signs', inputs: [half] })
      expect([format, status, body.errors]).toMatchObject([format, 400, [{ pointer: '/inputs/0/image' }]])
    }
  })
})

describe('other problems', () => {
  const json = { 'content-type': 'application/json' }
  const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = json): RequestInit => ({
    method: 'POST',
    body,
    headers,
  })
  const signs = JSON.stringify(twoSigns)

  test.each<[string, string, RequestInit, number, string]>([
    ['an empty body', '/adapt', post(''), 400, 'invalid-json'],
    ['no JSON', '/adapt', post('{"id":'), 400, 'invalid-json'],
    ['two of it', '/adapt', post('{}{}'), 400, 'invalid-json'],
    ['no body', '/adapt', { method: 'POST' }, 415, 'unsupported-media-type'],
    ['text', '/adapt', post('{}', { 'content-type': 'text/plain' }), 415, 'unsupported-media-type'],
    [
      'a bare image',
      '/predict?id=signs',
      post(new Uint8Array(uprightPng), { 'content-type': 'image/png' }),
      415,
      'unsupported-media-type',
    ],
    [
      'Latin 1',
      '/adapt',
      post('{}', { 'content-type': 'application/json; charset=latin1' }),
      415,
      'unsupported-media-type',
    ],
    [
      'UTF-16',
      '/adapt',
      post('{}', { 'content-type': 'application/json; charset="utf-16"' }),
      415,
      'unsupported-media-type',
    ],
    ['bytes that are no UTF-8', '/adapt', post(Uint8Array.of(0x22, 0xff, 0x22)), 400, 'invalid-json'],
    [
      'UTF-16 that says it is UTF-8',
      '/adapt',
      post(new Uint8Array(Buffer.from(signs, 'utf16le'))),
      400,
      'invalid-json',
    ],
    [
      'an unknown compression',
      '/adapt',
      post('{}', { ...json, 'content-encoding': 'zip' }),
      415,
      'unsupported-media-type',
    ],
    [
      'two compressions',
      '/adapt',
      post('{}', { ...json, 'content-encoding': 'gzip, gzip' }),
      415,
      'unsupported-media-type',
    ],
    ['a broken compression', '/adapt', post('{}', { ...json, 'content-encoding': 'gzip' }), 400, 'invalid-request'],
    ['a large body', '/adapt', post(`"${'x'.repeat(testLimits.bodyBytes)}"`), 413, 'body-too-large'],
    ['an unknown model', '/adapt', post(JSON.stringify({ ...twoSigns, model: 'none' })), 404, 'unknown-model'],
    [
      'a model like a path',
      '/adapt',
      post(JSON.stringify({ ...twoSigns, model: '../tiny-images' })),
      404,
      'unknown-model',
    ],
    [
      'a model like a prototype',
      '/adapt',
      post(JSON.stringify({ ...twoSigns, model: '__proto__' })),
      404,
      'unknown-model',
    ],
    ['a nameless model', '/adapt', post(JSON.stringify({ ...twoSigns, model: '' })), 404, 'unknown-model'],
    ['an unknown id', '/predict', post(JSON.stringify({ id: 'none', inputs: [upright] })), 404, 'unknown-adaptation'],
    [
      'examples for an unknown id',
      '/adaptations/none/examples',
      post(JSON.stringify({ examples: twoSigns.examples })),
      404,
      'unknown-adaptation',
    ],
    [
      'a setting in body and query',
      '/adapt?steps=1',
      post(JSON.stringify({ ...twoSigns, steps: 1 })),
      400,
      'invalid-request',
    ],
    ['an unknown setting in the query', '/adapt?stepz=1', post(signs), 400, 'invalid-request'],
    ['a broken query', '/adapt?steps=%', post(signs), 400, 'invalid-request'],
  ])('%s', async (_name, path, init, status, code) => {
    const answer = await server.ask(path, init)
    expect([answer.status, answer.body.type]).toEqual([status, `urn:reptile-serve:${code}`])
    expect(answer.body.detail).toMatch(/^[A-Z].*\.$/)
    expect(answer.text).not.toMatch(/\bat \S+ \(|node_modules|\/src\//)
  })

  test.each(['APPLICATION/JSON', 'application/json;charset=UTF-8', 'application/json ; charset="utf8"'])(
    'the type may be written %s',
    async (type) => expect((await server.ask('/adapt', post(signs, { 'content-type': type }))).status).toBe(201),
  )

  test('an adaptation that leads nowhere: the old version stays', async () => {
    const before = await server.post('/predict', { id: 'line', inputs: [{ values: [1] }] })
    for (const wild of [
      { learningRate: 1e38, steps: 50 },
      { learningRate: 1e4, steps: 1000 },
    ]) {
      const answer = await server.post('/adapt', { ...line, ...wild })
      expect([answer.status, answer.body.type]).toEqual([422, 'urn:reptile-serve:diverged'])
      expect(answer.body.detail).toMatch(/smaller learning rate/)
    }
    const { version, predictions } = (await server.post('/predict', { id: 'line', inputs: [{ values: [1] }] })).body
    expect({ version, predictions }).toEqual({ version: 1, predictions: before.body.predictions })
    expect((await server.post('/adapt', line)).body.version).toBe(2)
    await server.ask('/adaptations/line', { method: 'DELETE' })
    await server.post('/adapt', line)
  })
})
