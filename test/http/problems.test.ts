import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { lying, startTestServer, type TestServer, testLimits, twoSigns, upright } from './test-server.js'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
  await server.post('/adapt', twoSigns)
})
afterAll(() => server.close())
// Bad input is the client's fault, never a fault of the server that its operator should hear of.
afterEach(() => expect(server.reported).toEqual([]))

const [example] = twoSigns.examples
const invalid = { type: 'urn:reptile-serve:invalid-request', title: 'The request is invalid', status: 400 }

describe('invalid members are pointed at', () => {
  test.each<[string, unknown, string, string]>([
    ['no examples', {}, '/examples', 'Send an array of examples.'],
    ['empty examples', { examples: [] }, '/examples', 'Send at least one example.'],
    ['not an object', [], '', 'Send a JSON object.'],
    ['one label', { examples: [example] }, '/examples', 'The number of different labels is 1;'],
    ['no label', { examples: [example, { input: upright }] }, '/examples/1', 'either `label` or `target`'],
    ['empty label', { examples: [{ ...example, label: '' }] }, '/examples/0/label', 'not empty'],
    ['label that is no text', { examples: [{ ...example, label: 5 }] }, '/examples/0/label', 'Send a text.'],
    ['long label', { examples: [{ ...example, label: 'x'.repeat(11) }] }, '/examples/0/label', 'at most 10 characters'],
    ['no input', { examples: [{ label: 'a' }] }, '/examples/0/input', 'either `image` or `values`'],
    ['two inputs', { examples: [{ label: 'a', input: { ...upright, values: [1] } }] }, '/examples/0/input', 'either'],
    ['no image', { examples: [example, { label: 'b', input: { image: 5 } }] }, '/examples/1/input/image', 'base64'],
    [
      'not base64',
      { examples: [example, { label: 'b', input: { image: '?' } }] },
      '/examples/1/input/image',
      'not base64',
    ],
    [
      'not an image',
      { examples: [example, { label: 'b', input: { image: 'aGVsbG8=' } }] },
      '/examples/1/input/image',
      'not an image',
    ],
    [
      'cut image',
      { examples: [example, { label: 'b', input: { image: lying.image.slice(0, 80) } }] },
      '/examples/1/input/image',
      'damaged',
    ],
    [
      'few values',
      { examples: [example, { label: 'b', input: { values: [1, 2] } }] },
      '/examples/1/input/values',
      'takes 64',
    ],
    [
      'values that are none',
      { examples: [{ label: 'b', input: { values: ['1'] } }] },
      '/examples/0/input/values',
      'finite numbers',
    ],
    [
      'target for a classifier',
      { examples: [{ target: [1], input: upright }] },
      '/examples/0/target',
      'This model classifies',
    ],
    [
      'label for a regression',
      { model: 'tiny-curves', examples: [example] },
      '/examples/0/label',
      'This model regresses',
    ],
    [
      'short target',
      { model: 'tiny-curves', examples: [{ target: [1], input: { values: [1] } }] },
      '/examples/0/target',
      'takes 2',
    ],
    [
      'image for values',
      { model: 'tiny-curves', examples: [{ target: [1, 2], input: upright }] },
      '/examples/0/input/image',
      'takes values',
    ],
    [
      'too many classes',
      { examples: 'abcdef'.split('').map((label) => ({ label, input: upright })) },
      '/examples',
      '6 classes',
    ],
    [
      'too many for the model',
      { examples: new Array(9).fill(example).concat(twoSigns.examples) },
      '/examples',
      '11 examples',
    ],
    ['too many at all', { examples: new Array(21).fill(5) }, '/examples', 'at most 20'],
    ['negative steps', { ...twoSigns, steps: -1 }, '/steps', '0 or more'],
    ['half a step', { ...twoSigns, steps: 0.5 }, '/steps', 'whole number'],
    ['many steps', { ...twoSigns, steps: 51 }, '/steps', 'at most 50'],
    ['learning rate of 0', { ...twoSigns, learningRate: 0 }, '/learningRate', 'above 0'],
    ['large seed', { ...twoSigns, seed: 2 ** 32 }, '/seed', 'at most 4294967295'],
    ['odd id', { ...twoSigns, id: '../x' }, '/id', 'letters, digits'],
    ['unknown member', { ...twoSigns, stepz: 5 }, '/stepz', 'no such member'],
    ['unknown member within', { examples: [{ ...example, 'a/b~c': 1 }] }, '/examples/0/a~1b~0c', 'no such member'],
  ])('POST /adapt with %s', async (_name, body, pointer, detail) => {
    const answer = await server.post('/adapt', body)
    const { status, title } = invalid
    expect(answer.body).toMatchObject({ status, title, errors: [{ pointer, detail: expect.stringContaining(detail) }] })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      400,
      'application/problem+json; charset=utf-8',
    ])
  })

  test.each<[string, unknown, string, string]>([
    ['no id', { inputs: [upright] }, '/id', 'Send a text.'],
    ['no inputs', { id: 'signs' }, '/inputs', 'Send an array of inputs.'],
    ['too many inputs', { id: 'signs', inputs: new Array(7).fill(upright) }, '/inputs', 'at most 6'],
    ['topK of 0', { id: 'signs', inputs: [upright], topK: 0 }, '/topK', '1 or more'],
    ['a broken input', { id: 'signs', inputs: [upright, { image: 'AAAA' }] }, '/inputs/1/image', 'not an image'],
  ])('POST /predict with %s', async (_name, body, pointer, detail) => {
    const answer = await server.post('/predict', body)
    expect(answer.body).toMatchObject({ ...invalid, errors: [{ pointer, detail: expect.stringContaining(detail) }] })
  })

  test('numbers that JSON can hold and a float cannot', async () => {
    const answer = await server.post('/predict', '{"id":"signs","inputs":[{"values":[1e999]}]}')
    expect(answer.body.errors).toEqual([
      { pointer: '/inputs/0/values', detail: 'Send an array of finite numbers, at least one.' },
    ])
  })

  test('a member named __proto__ is as unknown as any other', async () => {
    const answer = await server.post('/predict', '{"__proto__":{"id":"signs"},"id":"signs","inputs":[{"values":[1]}]}')
    expect(answer.body.errors[0].pointer).toBe('/__proto__')
  })

  test('of a body full of faults the first 20 are named', async () => {
    const members = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`m${i}`, 1]))
    const { body } = await server.post('/adapt', { ...twoSigns, ...members })
    expect(body.errors).toHaveLength(20)
  })
})

describe('other problems', () => {
  const json = { 'content-type': 'application/json' }
  test.each<[string, string, RequestInit, number, string]>([
    ['no JSON', '/adapt', { method: 'POST', body: '{"id":', headers: json }, 400, 'invalid-json'],
    ['JSON that is no object', '/adapt', { method: 'POST', body: '"text"', headers: json }, 400, 'invalid-json'],
    ['no body', '/adapt', { method: 'POST' }, 415, 'unsupported-media-type'],
    [
      'another content type',
      '/adapt',
      { method: 'POST', body: '{}', headers: { 'content-type': 'text/plain' } },
      415,
      'unsupported-media-type',
    ],
    [
      'another character set',
      '/adapt',
      { method: 'POST', body: '{}', headers: { 'content-type': 'application/json; charset=latin1' } },
      415,
      'unsupported-media-type',
    ],
    [
      'an unknown compression',
      '/adapt',
      { method: 'POST', body: '{}', headers: { ...json, 'content-encoding': 'zip' } },
      415,
      'unsupported-media-type',
    ],
    [
      'a broken compression',
      '/adapt',
      { method: 'POST', body: '{}', headers: { ...json, 'content-encoding': 'gzip' } },
      400,
      'invalid-request',
    ],
    [
      'a large body',
      '/adapt',
      { method: 'POST', body: `"${'x'.repeat(testLimits.bodyBytes)}"`, headers: json },
      413,
      'body-too-large',
    ],
    [
      'an unknown model',
      '/adapt',
      { method: 'POST', body: JSON.stringify({ ...twoSigns, model: 'none' }), headers: json },
      404,
      'unknown-model',
    ],
    [
      'an unknown id',
      '/predict',
      { method: 'POST', body: JSON.stringify({ id: 'none', inputs: [upright] }), headers: json },
      404,
      'unknown-adaptation',
    ],
    ['an unknown page', '/nowhere', {}, 404, 'unknown-page'],
    ['a malformed path', '/%', {}, 404, 'unknown-page'],
    ['GET', '/adapt', {}, 405, 'method-not-allowed'],
    ['DELETE', '/readyz', { method: 'DELETE' }, 405, 'method-not-allowed'],
  ])('%s', async (_name, path, init, status, code) => {
    const answer = await server.ask(path, init)
    expect([answer.status, answer.body.type]).toEqual([status, `urn:reptile-serve:${code}`])
    expect(answer.body.detail).toMatch(/^[A-Z].*\.$/)
  })

  test('a wrong method is told the right one', async () => {
    expect((await server.get('/predict')).headers.get('allow')).toBe('POST')
  })

  test('a learning rate that leads nowhere', async () => {
    const examples = [{ target: [1, 1], input: { values: [1] } }]
    const answer = await server.post('/adapt', { model: 'tiny-curves', examples, learningRate: 1e38, steps: 50 })
    expect([answer.status, answer.body.type]).toEqual([422, 'urn:reptile-serve:diverged'])
  })
})
