import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HttpError } from '../../../src/http/failure.js'
import { answersOf } from '../../../src/http/reading/answers-of.js'
import { adaptFromForm, predictFromForm } from '../../../src/http/reading/parse-form.js'
import { greyPng } from '../../codec/images.js'
import { boundary, type FormPart, formBytes, limits } from './requests.js'

const png = greyPng(new Uint8Array(4), 2, 2)
const image = (name: string): FormPart => ({ name, filename: 'a.png', type: 'image/png', content: png })
const adapt = (parts: readonly FormPart[] | Uint8Array, query = '') =>
  adaptFromForm(parts instanceof Uint8Array ? parts : formBytes(parts), boundary, query, limits)
const predict = (parts: readonly FormPart[], query = 'id=x') =>
  predictFromForm(formBytes(parts), boundary, query, limits)

async function refusal(reading: Promise<unknown>): Promise<string[][]> {
  const error = await reading.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(error instanceof HttpError)) throw error ?? new Error('not refused')
  const { failure, message } = error
  const faults = failure.code === 'invalid-request' ? failure.faults : []
  return faults.length > 0 ? faults.map(({ pointer, detail }) => [pointer, detail]) : [['', message]]
}

describe('a form says the same as JSON', () => {
  test('files by label, in their order', async () => {
    const parsed = await adapt([image('alpha'), image('beta'), image('alpha')], 'id=my-signs&steps=5')
    expect(parsed).toEqual({
      id: 'my-signs',
      steps: 5,
      examples: ['alpha', 'beta', 'alpha'].map((name) => ({ name, input: { image: Buffer.from(png) } })),
    })
  })

  test('values', async () => {
    const { examples } = await adapt([
      { name: '0.84', content: '1, 2.5' },
      { name: '-1e-3', filename: 'values.csv', type: 'text/csv', content: '3\r\n' },
    ])
    expect(examples.map(({ input }) => input)).toEqual([
      { values: Float32Array.of(1, 2.5) },
      { values: Float32Array.of(3) },
    ])
    expect(answersOf(examples, 1, limits)).toEqual({
      kind: 'targets',
      targets: [Float32Array.of(0.84), Float32Array.of(-0.001)],
    })
    expect(answersOf(examples, undefined, limits)).toEqual({ kind: 'labels', labels: ['0.84', '-1e-3'] })
  })

  test('an image without a file name is one by its first bytes', async () => {
    const { examples } = await adapt([{ name: 'a', content: png }])
    expect(examples[0]?.input).toEqual({ image: Buffer.from(png) })
  })

  test('inputs', async () => {
    const { id, topK, inputs } = await predict([image('image'), { name: 'values', content: '1' }], 'id=x&topK=2')
    expect([id, topK, inputs.map((input) => Object.keys(input)[0])]).toEqual(['x', 2, ['image', 'values']])
  })

  test.each([
    ['ключ', 'ключ'],
    ['🙂', '🙂'],
    ['5%22', '5"'],
    ['a b', 'a b'],
    ['__proto__', '__proto__'],
  ])('the name %j is the label %j', async (name, label) => {
    expect((await adapt([image(name)])).examples[0]).toMatchObject({ name: label })
  })

  test('any bytes come through as they are, whatever they look like', async () => {
    const tricky = fc.constantFrom('\r\n', '--', boundary, `\n--${boundary}`, '\r\n-', '"', '\0')
    const content = fc
      .array(fc.oneof(tricky, fc.string({ maxLength: 5 })), { maxLength: 20 })
      .map((all) => all.join(''))
    const parts = fc.array(
      content.filter((text) => !`\r\n${text}`.includes(`\r\n--${boundary}`)),
      { minLength: 1, maxLength: 5 },
    )
    await fc.assert(
      fc.asyncProperty(parts, async (contents) => {
        const { examples } = await adapt(contents.map((text) => ({ ...image('a'), content: text })))
        const came = examples.map(({ input }) => ('image' in input ? Buffer.from(input.image).toString() : undefined))
        expect(came).toEqual(contents)
      }),
      { seed: 1, numRuns: 200 },
    )
  })
})

describe('what is wrong is pointed at', () => {
  test.each<[string, readonly FormPart[], string, string, string]>([
    ['no parts', [], '', '/examples', 'at least one example'],
    ['many parts', new Array(21).fill(image('a')), '', '/examples', 'There are 21 of them; send at most 20.'],
    ['a text that is no numbers', [{ name: 'a', content: 'hello' }], '', '/examples/0/input/values', 'an image file'],
    ['a double', [{ name: 'a', content: '1e39' }], '', '/examples/0/input/values', 'position 0'],
    ['an empty name', [image('')], '', '', 'empty name'],
    ['an unknown parameter', [image('a')], 'label=5', '/label', 'no such query parameter'],
    ['steps of 0.5', [image('a')], 'steps=0.5', '/steps', 'whole number'],
    ['many steps', [image('a')], 'steps=51', '/steps', 'at most 50'],
  ])('%s', async (_name, parts, query, pointer, detail) => {
    expect(await refusal(adapt(parts, query))).toEqual([[pointer, expect.stringContaining(detail)]])
  })

  test.each<[string, readonly FormPart[], string, string, string]>([
    ['no id', [image('image')], '', '/id', 'Name the adaptation, in JSON or in the address (?id=my-signs).'],
    ['another name', [image('image'), image('picture')], 'id=x', '/inputs/1', 'Name the part `image` or `values`.'],
    ['no parts', [], 'id=x', '/inputs', 'at least one input'],
    ['values that are none', [{ name: 'values', content: 'x' }], 'id=x', '/inputs/0/values', 'numbers with commas'],
  ])('to predict with %s', async (_name, parts, query, pointer, detail) => {
    expect(await refusal(predict(parts, query))).toEqual([[pointer, expect.stringContaining(detail)]])
  })

  test('all at once, those of the query with those of the parts', async () => {
    const query = 'stepz=5&seed=-1&steps=1&steps=2&retention=none'
    const text = { name: 'a', content: 'hello' }
    const pointers = (told: string[][]) => told.map(([pointer]) => pointer)
    const ofQuery = ['/stepz', '/steps', '/seed', '/retention']
    expect(pointers(await refusal(adapt([text], query)))).toEqual([...ofQuery, '/examples/0/input/values'])
    expect(pointers(await refusal(adapt([], query)))).toEqual([...ofQuery, '/examples'])
    expect(pointers(await refusal(adapt(new Array(21).fill(text), query)))).toEqual([...ofQuery, '/examples'])
    expect(pointers(await refusal(predict([image('x')], 'topK=0&k=1')))).toEqual(['/k', '/id', '/topK', '/inputs/0'])
  })

  test('labels are known as such once the model is', async () => {
    const { examples } = await adapt([image('a\u0001'), image('x'.repeat(11)), image('fine')])
    expect(() => answersOf(examples, undefined, limits)).toThrow(HttpError)
    const told = await refusal(Promise.resolve().then(() => answersOf(examples, undefined, limits)))
    expect(told.map(([pointer]) => pointer)).toEqual(['/examples/0/label', '/examples/1/label'])
    const targets = await refusal(Promise.resolve().then(() => answersOf(examples.slice(2), 1, limits)))
    expect(targets).toEqual([['/examples/0/target', expect.stringContaining('name the part by its target')]])
  })

  const whole = formBytes([image('a'), image('b')])
  test.each<[string, Uint8Array, string]>([
    ['cut off', whole.subarray(0, -20), 'not whole'],
    ['nothing', new Uint8Array(), 'not whole'],
    ['another boundary', Buffer.from('--other\r\n\r\n--other--\r\n'), 'not whole'],
    ['a part without a name', Buffer.concat([Buffer.from(`--${boundary}\r\n\r\nx\r\n`), whole]), 'no name'],
    [
      'a name of 10 kB',
      formBytes([{ ...image('x'.repeat(10_000)) }, image('b')]),
      'Part 0 of the form has a name of more than 8192 characters',
    ],
  ])('%s', async (_name, bytes, detail) => {
    expect(await refusal(adapt(bytes))).toEqual([['', expect.stringContaining(detail)]])
  })

  test('whatever is broken, there is an answer', async () => {
    const token = fc.constantFrom('\r\n', '--', `--${boundary}`, `\r\n--${boundary}--`, '"', ';', ':', 'name=', '\0')
    const cut = fc.record({ at: fc.nat(whole.length), length: fc.nat(12), put: token })
    await fc.assert(
      fc.asyncProperty(fc.array(cut, { minLength: 1, maxLength: 4 }), async (cuts) => {
        let text = whole.toString('latin1')
        for (const { at, length, put } of cuts) text = text.slice(0, at) + put + text.slice(at + length)
        const outcome = await adapt(Buffer.from(text, 'latin1')).catch((error: unknown) => error)
        expect(outcome instanceof HttpError || (outcome instanceof Object && 'examples' in outcome)).toBe(true)
      }),
      { seed: 1, numRuns: 500 },
    )
  })
})
