import { describe, expect, test } from 'vitest'
import { HttpError } from '../../../src/http/failure.js'
import { adaptFromJson, moreExamplesFromJson, predictFromJson } from '../../../src/http/reading/parse-json.js'
import { jsonBody, limits } from './requests.js'

const image = Buffer.from([1, 2, 3, 4]).toString('base64')
const example = { label: 'a', input: { image } }
const adapt = (body: unknown, query = '') => adaptFromJson(jsonBody(body).bytes, query, limits)
const predict = (body: unknown, query = '') => predictFromJson(jsonBody(body).bytes, query, limits)

/** [pointer, what to do] of each fault; of a body that is refused as a whole ['', code, detail]. */
function refusal(read: () => unknown): string[][] {
  try {
    read()
  } catch (error) {
    if (!(error instanceof HttpError)) throw error
    const { failure, message } = error
    if (failure.code === 'invalid-request' && failure.faults.length > 0) {
      return failure.faults.map(({ pointer, detail }) => [pointer, detail])
    }
    return [['', failure.code, message]]
  }
  return []
}

describe('what is asked for', () => {
  test('adapt, with every setting', () => {
    const settings = {
      model: 'm',
      id: 'my-signs',
      steps: 5,
      learningRate: 0.1,
      seed: 7,
      budgetMs: 100,
      ttlSeconds: 60,
      retention: 'weights',
    }
    const parsed = adapt({ ...settings, examples: [example, { target: [1, 2.5], input: { values: [0.5] } }] })
    expect(parsed).toEqual({
      ...settings,
      examples: [
        { label: 'a', input: { image: Buffer.from([1, 2, 3, 4]) } },
        { target: Float32Array.of(1, 2.5), input: { values: Float32Array.of(0.5) } },
      ],
    })
  })

  test('settings in the query are as good as in the body', () => {
    const parsed = adapt({ examples: [example], seed: 3 }, 'id=x&steps=5&learningRate=1e-3&retention=both&model=2')
    expect(parsed).toMatchObject({ id: 'x', steps: 5, learningRate: 0.001, retention: 'both', seed: 3, model: '2' })
    expect(predict({ inputs: [{ image }] }, 'id=007&topK=2')).toMatchObject({ id: '007', topK: 2 })
  })

  test('more examples', () => {
    const { bytes } = jsonBody({ examples: [example], steps: 2 })
    expect(moreExamplesFromJson(bytes, 'ttlSeconds=9', limits)).toMatchObject({ steps: 2, ttlSeconds: 9 })
  })

  test.each(['__proto__', 'toString', 'ключ', '🙂🙂🙂🙂🙂', ' ', '"quotes"', '0'])(
    'the label %j is a label',
    (label) => {
      expect(adapt({ examples: [{ ...example, label }] }).examples[0]).toMatchObject({ label })
    },
  )

  test('a byte order mark is no part of the text', () => {
    expect(predict(`\ufeff{"id":"x","inputs":[{"values":[1]}]}`).id).toBe('x')
  })

  test('the last of members that come twice counts', () => {
    expect(predict('{"id":"x","id":"y","inputs":[{"values":[1]}]}').id).toBe('y')
  })
})

describe('what is wrong is pointed at', () => {
  const one = [example]
  test.each<[string, unknown, string, string]>([
    ['null', null, '', 'Send a JSON object.'],
    ['a number', 1, '', 'Send a JSON object.'],
    ['a text', '"x"', '', 'Send a JSON object.'],
    ['an array', [], '', 'Send a JSON object.'],
    ['nothing in it', {}, '/examples', 'Send an array of examples.'],
    ['no examples', { examples: [] }, '/examples', 'Send at least one example.'],
    ['too many', { examples: new Array(21).fill(5) }, '/examples', 'There are 21 of them; send at most 20.'],
    ['empty label', { examples: [{ ...example, label: '' }] }, '/examples/0/label', 'Send a label that is not empty.'],
    [
      'a label of line breaks',
      { examples: [{ ...example, label: 'a\nb' }] },
      '/examples/0/label',
      'control characters',
    ],
    [
      'half a character',
      '{"examples":[{"label":"\\ud800","input":{"values":[1]}}]}',
      '/examples/0/label',
      'whole char',
    ],
    ['a long label', { examples: [{ ...example, label: 'x'.repeat(11) }] }, '/examples/0/label', 'at most 10 char'],
    ['a label that is no text', { examples: [{ ...example, label: 5 }] }, '/examples/0/label', 'Send a text.'],
    ['NaN', '{"examples":[{"label":"a","input":{"values":["NaN"]}}]}', '/examples/0/input/values', 'finite'],
    ['Infinity', '{"examples":[{"label":"a","input":{"values":[1e999]}}]}', '/examples/0/input/values', 'finite'],
    [
      'a double',
      { examples: [{ label: 'a', input: { values: [0, 1e39] } }] },
      '/examples/0/input/values',
      'position 1',
    ],
    ['a double target', { examples: [{ target: [1e39], input: { image } }] }, '/examples/0/target', 'position 0'],
    ['no base64', { examples: [{ label: 'a', input: { image: '*' } }] }, '/examples/0/input/image', 'not base64'],
    ['1e9 steps', { examples: one, steps: 1e9 }, '/steps', 'at most 1000000'],
    ['many steps', { examples: one, steps: 51 }, '/steps', 'Send at most 50.'],
    ['1e300 steps', { examples: one, steps: 1e300 }, '/steps', 'Send'],
    ['a rate that is 0 in 32 bits', { examples: one, learningRate: 5e-324 }, '/learningRate', 'above 0'],
    ['a rate that is infinite in 32 bits', { examples: one, learningRate: 1e300 }, '/learningRate', 'to 3.4e38'],
    ['a negative rate', { examples: one, learningRate: -1 }, '/learningRate', 'above 0'],
    ['a seed of 1e308', { examples: one, seed: 1e308 }, '/seed', 'Send'],
    ['no budget', { examples: one, budgetMs: 0 }, '/budgetMs', '1 or more'],
    ['a budget of a day', { examples: one, budgetMs: 86_400_000 }, '/budgetMs', 'an hour'],
    ['half a second to live', { examples: one, ttlSeconds: 0.5 }, '/ttlSeconds', 'whole number'],
    ['an odd retention', { examples: one, retention: 'none' }, '/retention', '`weights`'],
    ['a path as id', { examples: one, id: '../../etc/passwd' }, '/id', 'letters, digits'],
    [
      '__proto__',
      '{"__proto__":{"id":"x"},"examples":[{"label":"a","input":{"values":[1]}}]}',
      '/__proto__',
      'no such',
    ],
  ])('%s', (_name, body, pointer, detail) => {
    const told = refusal(() => adapt(body))
    expect(told).toEqual([[pointer, expect.stringContaining(detail)]])
  })

  test.each<[string, string, string, string]>([
    ['what is in the body too', 'id=y', '/id', 'in the body and in the query'],
    ['an unknown parameter', 'stepz=5', '/stepz', 'no such query parameter'],
    ['examples', 'examples=5', '/examples', 'no such query parameter'],
    ['a parameter twice', 'steps=5&steps=5', '/steps', 'more than once'],
    ['steps that are no number', 'steps=five', '/steps', 'whole number'],
    ['steps in hexadecimal', 'steps=0x10', '/steps', 'whole number'],
    ['nothing', 'steps=', '/steps', 'whole number'],
    ['a negative seed', 'seed=-1', '/seed', '0 or more'],
  ])('a query with %s', (_name, query, pointer, detail) => {
    const told = refusal(() => adapt({ id: 'x', examples: [example] }, query))
    expect(told).toEqual([[pointer, expect.stringContaining(detail)]])
  })

  test('all at once', () => {
    const told = refusal(() =>
      adapt({ id: '-', steps: -1, examples: [{ ...example, label: '' }, {}, example, { a: 1 }] }),
    )
    expect(told.map(([pointer]) => pointer)).toEqual([
      '/id',
      '/steps',
      '/examples/0/label',
      '/examples/1',
      '/examples/3',
    ])
  })

  test('all at once, those of the query with those of the body', () => {
    const body = { id: 'x', steps: 0.5, examples: [{ ...example, label: '' }] }
    const told = refusal(() => adapt(body, 'stepz=5&seed=-1&id=y&budgetMs=5&budgetMs=x&retention=none'))
    expect(told.map(([pointer]) => pointer)).toEqual([
      '/stepz',
      '/budgetMs',
      '/id',
      '/steps',
      '/seed',
      '/retention',
      '/examples/0/label',
    ])
    expect(told.slice(0, 3)).toEqual([
      ['/stepz', expect.stringContaining('no such query parameter')],
      ['/budgetMs', expect.stringContaining('more than once')],
      ['/id', expect.stringContaining('in the body and in the query')],
    ])
  })

  test('all at once, where the list is empty or too long, too', () => {
    const pointers = ['/stepz', '/steps', '/examples']
    for (const examples of [[], new Array(21).fill(5)]) {
      const told = refusal(() => adapt({ examples, steps: -1 }, 'stepz=5'))
      expect(told.map(([pointer]) => pointer).toSorted()).toEqual(pointers.toSorted())
    }
    expect(refusal(() => adapt([], 'id=x&stepz=5')).map(([pointer]) => pointer)).toEqual(['/stepz', ''])
  })

  test('20 are enough', () => {
    expect(refusal(() => predict({ id: 'x', inputs: new Array(30).fill({ image: '*' }) }))).toHaveLength(20)
  })
})

describe('no JSON', () => {
  test.each<[string, string | Uint8Array, string, string]>([
    ['nothing', '', 'invalid-json', 'The body is empty'],
    ['cut off', '{"id":"x","inputs":[{"values":[1', 'invalid-json', 'Send a JSON object: '],
    ['cut off in a text', '{"id":"x', 'invalid-json', 'Send a JSON object: '],
    ['no UTF-8', Buffer.from('{"id":"\xe9"}', 'latin1'), 'invalid-json', 'not UTF-8'],
    ['NaN', '{"id":NaN}', 'invalid-json', 'Send a JSON object: '],
    ['50,000 deep', '['.repeat(50_000), 'invalid-request', 'more than 32 deep'],
    ['millions of objects', `{"a":[${'{},'.repeat(2 ** 19)}`, 'invalid-request', 'far more parts'],
    ['many members', `{${'"k":1,'.repeat(5000)}`, 'invalid-request', 'far more parts'],
    ['many texts', `[${'"",'.repeat(5000)}`, 'invalid-request', 'far more parts'],
  ])('%s', (_name, text, code, detail) => {
    const bytes = typeof text === 'string' ? Buffer.from(text) : text
    expect(refusal(() => adaptFromJson(bytes, '', limits))).toEqual([['', code, expect.stringContaining(detail)]])
  })

  test('brackets, quotes and colons within texts count for nothing', () => {
    const label = '[{:"\\'
    expect(adapt({ examples: [{ ...example, label }] }).examples[0]).toMatchObject({ label })
    const many = JSON.stringify({ note: '[{:"\\'.repeat(5000), examples: [example] })
    expect(refusal(() => adapt(many))).toEqual([['/note', 'There is no such member; remove it.']])
  })
})
