import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { greyPng, through } from '../codec/images.js'
import { formRequest, type Part } from './form-request.js'
import { sendRaw } from './raw-request.js'
import { line, lying, lyingPng, twoSigns, upright, uprightPng } from './requests.js'
import { startTestServer, type TestServer } from './test-server.js'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
  await server.post('/adapt', twoSigns)
  await server.post('/adapt', line)
})
afterAll(() => server.close())
afterEach(async () => {
  await server.idle()
  expect(server.faults()).toEqual([])
})

type Field = readonly [name: string, content: string | Uint8Array]

/** As a browser sends it; bytes are files. */
const send = (path: string, ...fields: Field[]) => {
  const form = new FormData()
  for (const [name, content] of fields) {
    if (typeof content === 'string') form.append(name, content)
    else form.append(name, new Blob([new Uint8Array(content)], { type: 'image/png' }), `${name}.png`)
  }
  return server.ask(path, { method: 'POST', body: form })
}

/** As curl sends it. */
const curl = async (path: string, ...parts: Part[]) => {
  const answer = await sendRaw(server.port, ...formRequest(path, parts))
  return { status: answer.status, body: JSON.parse(answer.text) }
}

const png = (name: string, content: Uint8Array): Part => ({ name, file: 'a.png', type: 'image/png', content })
const text = (name: string, content: string): Part => ({ name, content })

describe('examples', () => {
  const signs = [png('upright', uprightPng), png('lying', lyingPng)]

  test('parts are examples by their labels', async () => {
    const { status, body } = await curl('/adapt?id=curled', ...signs, png('upright', uprightPng))
    expect([status, body]).toMatchObject([201, { id: 'curled', labels: ['upright', 'lying'], examples: 3 }])
  })

  test('say the same as JSON, to the bit', async () => {
    const settings = { steps: 5, learningRate: 0.05, seed: 3, retention: 'both' }
    const asJson = await server.post('/adapt', { ...twoSigns, ...settings, id: 'json' })
    const query = 'steps=5&learningRate=0.05&seed=3&retention=both'
    const asForm = await send(`/adapt?id=form&${query}`, ['upright', uprightPng], ['lying', lyingPng])
    const byCurl = await curl(`/adapt?id=curl&${query}`, ...signs)
    for (const { body } of [asForm, byCurl]) expect(body).toMatchObject({ ...settings, losses: asJson.body.losses })
    const ask = async (id: string) => (await server.post('/predict', { id, inputs: [upright, lying] })).body.predictions
    expect(await ask('form')).toEqual(await ask('json'))
    expect(await ask('curl')).toEqual(await ask('json'))
  })

  test('all settings may stand in the query', async () => {
    const query =
      'id=full&model=tiny-images&steps=2&learningRate=.5e-1&seed=0&budgetMs=3600000&ttlSeconds=60&retention=weights'
    const { status, body } = await curl(`/adapt?${query.replace('.5e-1', '5e-2')}`, ...signs)
    expect(status).toBe(201)
    expect(body).toMatchObject({ id: 'full', model: 'tiny-images', steps: 2, learningRate: 0.05, seed: 0 })
    expect(body).toMatchObject({ retention: 'weights', expiresAt: '2026-01-01T00:01:00.000Z' })
  })

  test.each([
    ['in Unicode', '\u{1f600} \u00e4'],
    ['like a prototype', '__proto__'],
    ['with a quote', 'a"b'],
    ['with a percent sign', '50%'],
    ['with a semicolon', 'a;b=c'],
  ])('a label %s', async (_name, label) => {
    const fetched = await send('/adapt', [label, uprightPng], ['other', lyingPng])
    expect(fetched.body.labels).toEqual([label, 'other'])
  })

  test('a label with a quote and a backslash, as curl writes it', async () => {
    const { body } = await curl('/adapt', png('a\\"b', uprightPng), png('c', lyingPng))
    expect(body.labels).toEqual(['a"b', 'c'])
  })

  test('an image without a name of a file, or of an unknown type, is known by its content', async () => {
    const nameless = { name: 'upright', content: uprightPng }
    const bytes = { name: 'lying', file: 'b', type: 'application/octet-stream', content: lyingPng }
    expect(await curl('/adapt', nameless, bytes)).toMatchObject({ status: 201, body: { examples: 2 } })
  })

  test('values for a model of images', async () => {
    const ink = (level: number) => new Array(64).fill(level).join(',')
    expect((await curl('/adapt', text('a', ink(0.25)), text('b', ink(1)))).status).toBe(201)
  })

  test('an image in another format', async () => {
    const jpeg = await through(new Uint8Array(256).fill(200), 16, 16, 1).jpeg().toBuffer()
    const photo = { name: 'a', file: 'a.jpg', type: 'image/jpeg', content: jpeg }
    expect((await curl('/adapt', photo, png('b', lyingPng))).status).toBe(201)
  })

  test('of a regression: the name is the target', async () => {
    const parts = line.examples.map(({ target, input }) => text(target.join(','), input.values.join(',')))
    const { status, body } = await curl('/adapt?model=tiny-curves&id=by-form', ...parts)
    const asJson = await server.post('/adapt', line)
    expect([status, body]).toMatchObject([201, { labels: [], examples: 3, losses: asJson.body.losses }])
  })

  test('more of them', async () => {
    await server.post('/adapt', { ...twoSigns, id: 'more' })
    const { status, body } = await curl('/adaptations/more/examples?steps=1', png('third', uprightPng))
    expect([status, body]).toMatchObject([201, { version: 2, labels: ['upright', 'lying', 'third'], steps: 1 }])
  })
})

describe('inputs', () => {
  test('say the same as JSON, to the bit', async () => {
    const asJson = await server.post('/predict', { id: 'signs', inputs: [upright, lying], topK: 1 })
    const asForm = await send('/predict?id=signs&topK=1', ['image', uprightPng], ['image', lyingPng])
    const byCurl = await curl('/predict?id=signs&topK=1', png('image', uprightPng), png('image', lyingPng))
    expect(asForm.body.predictions).toEqual(asJson.body.predictions)
    expect(byCurl.body.predictions).toEqual(asJson.body.predictions)
  })

  test('values', async () => {
    const asJson = await server.post('/predict', { id: 'line', inputs: [{ values: [0.5] }, { values: [-2e-1] }] })
    const { body } = await curl('/predict?id=line', text('values', '0.5'), text('values', ' -2e-1\r\n'))
    expect(body.predictions).toEqual(asJson.body.predictions)
  })
})

describe('what is wrong is pointed at as in JSON', () => {
  const large = greyPng(new Uint8Array(201 * 100), 201, 100)
  test.each<[string, string, Part[], string, string]>([
    ['no part', '/adapt', [], '/examples', 'Send at least one example'],
    ['no input', '/predict?id=signs', [], '/inputs', 'Send at least one input'],
    [
      'another name for an input',
      '/predict?id=signs',
      [png('picture', uprightPng)],
      '/inputs/0',
      '`image` or `values`',
    ],
    [
      'no image',
      '/adapt',
      [png('a', uprightPng), png('b', Buffer.from('<svg/>'))],
      '/examples/1/input/image',
      'not an image',
    ],
    ['an empty file', '/predict?id=signs', [png('image', new Uint8Array())], '/inputs/0/image', 'not an image'],
    ['a cut image', '/predict?id=signs', [png('image', uprightPng.subarray(0, 60))], '/inputs/0/image', 'damaged'],
    ['a large image', '/predict?id=signs', [png('image', large)], '/inputs/0/image', 'more than 20000 pixels'],
    ['no numbers', '/predict?id=line', [text('values', 'NaN')], '/inputs/0/values', 'numbers with commas'],
    ['infinite numbers', '/predict?id=line', [text('values', '1e999')], '/inputs/0/values', 'beyond the range'],
    ['too many values', '/predict?id=line', [text('values', '1,2')], '/inputs/0/values', 'takes 1'],
    [
      'a long label',
      '/adapt',
      [png('x'.repeat(11), uprightPng), png('b', lyingPng)],
      '/examples/0/label',
      'at most 10',
    ],
    ['one label', '/adapt', [png('a', uprightPng)], '/examples', 'different labels is 1'],
    ['a target that is none', '/adapt?model=tiny-curves', [text('one', '1')], '/examples/0/target', 'regresses'],
    ['a short target', '/adapt?model=tiny-curves', [text('1', '1')], '/examples/0/target', 'takes 2'],
    [
      'no id',
      '/predict',
      [png('image', uprightPng)],
      '/id',
      'Name the adaptation, in JSON or in the address (?id=my-signs).',
    ],
    ['steps that are none', '/adapt?steps=many', [png('a', uprightPng)], '/steps', 'whole number'],
    ['1e9 steps', '/adapt?steps=1000000000', [png('a', uprightPng)], '/steps', 'at most'],
    ['an unknown setting', '/adapt?stepz=1', [png('a', uprightPng)], '/stepz', 'no such query parameter'],
    ['examples in the query', '/adapt?examples=1', [png('a', uprightPng)], '/examples', 'no such query parameter'],
    ['a setting twice', '/adapt?steps=1&steps=2', [png('a', uprightPng)], '/steps', 'more than once'],
    ['too many parts', '/predict?id=line', new Array(7).fill(text('values', '1')), '/inputs', 'There are 7'],
  ])('%s', async (_name, path, parts, pointer, detail) => {
    const { status, body } = await curl(path, ...parts)
    expect([status, body]).toMatchObject([400, { errors: [{ pointer, detail: expect.stringContaining(detail) }] }])
  })

  test('control characters in a label', async () => {
    const { status, body } = await send('/adapt', ['a\nb', uprightPng], ['c', lyingPng])
    expect([status, body.errors[0]?.pointer]).toEqual([400, '/examples/0/label'])
  })
})

describe('forms that are broken', () => {
  const boundary = 'limit'
  const type = { 'Content-Type': `multipart/form-data; boundary=${boundary}` }
  const post = (body: string, headers: Record<string, string> = type) =>
    server.ask('/adapt', { method: 'POST', headers, body })
  const part = `--${boundary}\r\nContent-Disposition: form-data; name="a"\r\n\r\n1`

  test.each([
    ['nothing', ''],
    ['no parts', 'hello'],
    ['cut in the head of a part', part.slice(0, 30)],
    ['cut in a part', part],
    ['without its end', `${part}\r\n--${boundary}`],
    ['a part without a name', `--${boundary}\r\nContent-Disposition: form-data\r\n\r\n1\r\n--${boundary}--\r\n`],
    ['a part with an empty name', `${part.replace('"a"', '""')}\r\n--${boundary}--\r\n`],
    ['another boundary', part.replaceAll(boundary, 'other')],
  ])('%s', async (_name, body) => {
    const answer = await post(body)
    expect([answer.status, answer.body.type]).toEqual([400, 'urn:reptile-serve:invalid-request'])
    expect(answer.body.detail).toMatch(/^[A-Z].*\.$/)
  })

  test.each([
    ['no boundary', 'multipart/form-data'],
    ['an endless boundary', `multipart/form-data; boundary=${'x'.repeat(100)}`],
    ['another kind of form', 'application/x-www-form-urlencoded'],
    ['another multipart', 'multipart/mixed; boundary=limit'],
  ])('%s', async (_name, contentType) => {
    const answer = await post(part, { 'Content-Type': contentType })
    expect([answer.status, answer.body.type]).toEqual([415, 'urn:reptile-serve:unsupported-media-type'])
  })
})
