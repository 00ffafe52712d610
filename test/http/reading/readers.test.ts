import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { HttpError } from '../../../src/http/failure.js'
import type { Body } from '../../../src/http/reading/body.js'
import { Readers } from '../../../src/http/reading/readers.js'
import { bar, drawing, fill, greyPng, photo, through } from '../../codec/images.js'
import { formBody, goesOn, jsonBody, limits } from './requests.js'

let readers: Readers
let before = 0
beforeAll(async () => {
  readers = Readers.start({ threads: 2, limits })
  await readers.warm()
})
afterAll(() => readers.close())
beforeEach(() => {
  before = readers.bytesReadHere
})
const readHere = () => readers.bytesReadHere - before

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
const upright = greyPng(bar(16, 16), 16, 16)
const inputsOf = (images: readonly Uint8Array[]) => ({
  id: 'x',
  inputs: images.map((image) => ({ image: base64(image) })),
})
const predict = async (body: Body, spec = drawing) => {
  const { inputs } = await readers.predict(body, '', goesOn)
  return readers.decodeInputs(inputs, spec, goesOn)
}

async function refusal(reading: Promise<unknown>): Promise<[string, string][]> {
  const error = await reading.then(
    () => new Error('not refused'),
    (error: unknown) => error,
  )
  if (!(error instanceof HttpError)) throw error
  const { failure, message } = error
  const faults = failure.code === 'invalid-request' ? failure.faults : []
  return faults.length > 0 ? faults.map(({ pointer, detail }) => [pointer, detail]) : [[failure.code, message]]
}

describe('where it is read makes no difference', () => {
  test('small JSON here, large JSON and forms in threads', async () => {
    const small = jsonBody(inputsOf([upright]))
    const [expected] = await predict(small)
    expect(readHere()).toBe(small.bytes.byteLength)
    const large = jsonBody(JSON.stringify(inputsOf([upright])).padEnd(70_000, ' '))
    expect(await predict(large)).toEqual([expected])
    const form = await readers.predict(formBody([{ name: 'image', filename: 'a', content: upright }]), 'id=x', goesOn)
    expect(await readers.decodeInputs(form.inputs, drawing, goesOn)).toEqual([expected])
    expect(readHere()).toBe(small.bytes.byteLength)
  })

  test('a few drawings here, many in threads, photographs one by one', async () => {
    const [expected] = await predict(jsonBody(inputsOf([upright])))
    const photograph = await through(
      fill(90, 60, 3, (x) => x * 2),
      90,
      60,
      3,
    )
      .jpeg()
      .toBuffer()
    const many = new Array(29).fill(upright)
    const arrays = await predict(jsonBody(inputsOf([photograph, ...many])))
    expect(arrays).toHaveLength(30)
    expect(arrays.slice(1)).toEqual(many.map(() => expected))
  })

  test('values', async () => {
    const inputs = Array.from({ length: 30 }, (_, i) => ({ values: new Array(64).fill(i / 64) }))
    const arrays = await predict(jsonBody(JSON.stringify({ id: 'x', inputs }).padEnd(70_000)))
    expect(arrays.map((array) => array[63])).toEqual(inputs.map((_, i) => Math.fround(i / 64)))
  })

  test('examples, of which the model says what they answer', async () => {
    const examples = [{ label: 'a', input: { image: base64(upright) } }]
    for (const width of [0, 70_000]) {
      const body = jsonBody(JSON.stringify({ id: 'x', steps: 3, examples }).padEnd(width))
      const parsed = await readers.adapt(body, 'seed=2', goesOn)
      expect(parsed).toMatchObject({ id: 'x', steps: 3, seed: 2, examples: [{ label: 'a' }] })
      expect(await readers.moreExamples(jsonBody({ examples }), '', goesOn)).toMatchObject({
        examples: [{ label: 'a' }],
      })
    }
  })
})

describe('faults come from threads as they are', () => {
  test.each([0, 70_000])('in a body of at least %i bytes', async (width) => {
    const padded = (body: unknown) => jsonBody(JSON.stringify(body).padEnd(width))
    expect(await refusal(readers.predict(padded({ inputs: [{ image: '*' }] }), '', goesOn))).toEqual([
      ['/id', 'Name the adaptation, in JSON or in the address (?id=my-signs).'],
      ['/inputs/0/image', expect.stringContaining('not base64')],
    ])
    expect(await refusal(readers.predict(jsonBody('{"id'.padEnd(width)), '', goesOn))).toEqual([
      ['invalid-json', expect.stringContaining('Send a JSON object')],
    ])
  })

  test.each(['png', 'jpeg', 'webp'] as const)('a %s that is cut short', async (format) => {
    const grain = fill(300, 300, 1, (x, y) => (x * 7919 + y * 104729) % 251)
    const whole = await through(grain, 300, 300, 1).toFormat(format).toBuffer()
    const told = await refusal(predict(jsonBody(inputsOf([upright, whole.subarray(0, whole.length >> 1)]))))
    expect(told).toEqual([['/inputs/1/image', 'The image is damaged or cut short; send the whole file.']])
  })

  test('no images, and images for a model of values', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')
    const told = await refusal(predict(jsonBody(inputsOf([upright, svg]))))
    expect(told).toEqual([['/inputs/1/image', expect.stringContaining('This is not an image in PNG')]])
    const { inputs } = await readers.predict(jsonBody(inputsOf([upright])), '', goesOn)
    expect(await refusal(readers.decodeInputs(inputs, { kind: 'values', length: 2 }, goesOn))).toEqual([
      ['/inputs/0/image', 'This model takes values; send 2 of them instead of an image.'],
    ])
  })
})

describe('hostile bodies never occupy this thread', () => {
  const flood = (start: string, unit: string, count: number) => jsonBody(start + unit.repeat(count))
  test.each<[string, Body, string]>([
    ['8 million brackets', flood('', '[', 8e6), 'nested more than 32 deep'],
    ['5 million objects', flood('[', '{},', 5e6), 'far more parts'],
    ['a million members', flood('{', '"key":1,', 1e6), 'far more parts'],
    ['millions of texts', flood('[', '"",', 5e6), 'far more parts'],
    ['8 million numbers', jsonBody(`{"id":"x","inputs":[{"values":[${'0,'.repeat(8e6)}"0"]}]}`), 'finite numbers'],
    [
      '8 million escaped quotes',
      jsonBody(`{"id":"${'\\"'.repeat(8e6)}","inputs":[{"values":[0]}]}`),
      'letters, digits',
    ],
  ])('%s', async (_name, body, detail) => {
    expect(await refusal(readers.predict(body, '', goesOn))).toEqual([
      [expect.any(String), expect.stringContaining(detail)],
    ])
    expect(readHere()).toBe(0)
  })

  test('900,000 pieces of a PNG', async () => {
    const [expected] = await predict(jsonBody(inputsOf([upright])))
    before = readers.bytesReadHere
    const empty = Buffer.from('000000007445587400000000', 'hex')
    const file = Buffer.concat([upright.subarray(0, 33), ...new Array(900_000).fill(empty), upright.subarray(33)])
    const [array] = await predict(jsonBody(inputsOf([file])))
    expect(Math.max(...(array ?? []).map((level, i) => Math.abs(level - (expected?.[i] ?? 0))))).toBeLessThan(1e-6)
    expect(readHere()).toBe(0)
  })

  test('pixels count before they are decoded, each image and all of a request together', async () => {
    const flat = await through(
      fill(3000, 3000, 1, () => 255),
      3000,
      3000,
      1,
    )
      .png()
      .toBuffer()
    const told = await refusal(predict(jsonBody(inputsOf(new Array(30).fill(flat)))))
    expect(new Set(told.map(([, detail]) => detail))).toEqual(
      new Set(['The images of this request have too many pixels together; send fewer or smaller ones.']),
    )
    const huge = Buffer.from(upright)
    huge.writeUInt32BE(100_000, 16)
    huge.writeUInt32BE(100_000, 20)
    expect(await refusal(predict(jsonBody(inputsOf([huge]))))).toEqual([
      ['/inputs/0/image', 'The image has more than 16000000 pixels; send a smaller one.'],
    ])
  })
})

describe('threads', () => {
  test('a reader that runs out of memory fails one request and is replaced', async () => {
    const small = Readers.start({ threads: 1, limits: { ...limits, bodyBytes: 1024, inputs: 1e7 } })
    const body = jsonBody(`{"id":"x","inputs":[${'{"image":"QUFB"},'.repeat(2e6)}{"image":"QUFB"}]}`)
    expect(await refusal(small.predict(body, '', goesOn))).toEqual([
      ['body-too-large', expect.stringContaining('more memory to read than there is')],
    ])
    const next = await small.predict(jsonBody(JSON.stringify(inputsOf([upright])).padEnd(70_000)), '', goesOn)
    expect(next.inputs).toHaveLength(1)
    await small.close()
  })

  test('who gives up while waiting is not read', async () => {
    const gaveUp = new AbortController()
    const large = () => jsonBody(JSON.stringify(inputsOf([upright])).padEnd(70_000))
    const reading = [1, 2, 3].map(() => readers.predict(large(), '', goesOn))
    const waiting = readers.predict(large(), '', gaveUp.signal)
    gaveUp.abort(new Error('gave up'))
    await expect(waiting).rejects.toThrow('gave up')
    expect(await Promise.all(reading)).toHaveLength(3)
  })

  test('between images, too', async () => {
    const gaveUp = new AbortController()
    const photograph = await sharp({ create: { width: 900, height: 900, channels: 3, background: 'red' } })
      .webp()
      .toBuffer()
    const { inputs } = await readers.predict(jsonBody(inputsOf(new Array(20).fill(photograph))), '', goesOn)
    const decoding = readers.decodeInputs(inputs, photo, gaveUp.signal)
    gaveUp.abort(new Error('gave up'))
    await expect(decoding).rejects.toThrow('gave up')
  })
})
