/** Requests at all of the default limits: each kind is as hard as one request can be on some part of the server. */
import { gzipSync } from 'node:zlib'
import { easyTask } from '../bodies.js'
import { chunkyPng, fastPathPng, largePictures } from './pictures.js'

export interface Kind {
  readonly name: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** The statuses that are right; 429 and 503, which a busy server may answer, are besides. */
  readonly right: readonly number[]
}

/** MAX_BODY_BYTES */
const BODY = 16 * 1024 * 1024
/** MAX_EXAMPLES, MAX_INPUTS, classes of the model, values of an input */
const [EXAMPLES, INPUTS, CLASSES, VALUES] = [500, 1000, 100, 784]

const [done, made, bad, large, diverged] = [200, 201, 400, 413, 422]

/** What has to be there before: a small model, and one with as many classes as there can be. */
export function preparations(): Kind[] {
  return [
    json('small', '/adapt', JSON.stringify(easyTask('small', 0)), [made]),
    json('wide', '/adapt', adaptBody('wide', CLASSES, 10, 0), [made]),
  ]
}

export async function kinds(): Promise<Kind[]> {
  const small = await fastPathPng()
  return [
    json(
      `adapt: ${EXAMPLES} examples of ${VALUES} values, 40 digits each`,
      '/adapt',
      adaptBody('values', EXAMPLES, 38, 20),
      [made, diverged],
    ),
    json(`predict: ${INPUTS} inputs of ${VALUES} values`, '/predict', predictValues('small', 18), [done]),
    json(`predict: ${INPUTS} inputs, ${CLASSES} classes, topK 100`, '/predict', predictValues('wide', 10), [done]),
    ...manyImages(small),
    ...Object.entries(await largePictures()).flatMap(([format, file]) => [
      json(`predict: one ${format} of 16 MP`, '/predict', imageBody(file), [done, bad]),
      form(`predict, form: one ${format} of 16 MP`, '/predict?id=small', [['image', file]], [done, bad]),
    ]),
    json('predict: a PNG of 900,000 chunks', '/predict', imageBody(chunkyPng(900_000)), [done, bad]),
    json('JSON: 8 million [', '/predict', '['.repeat(BODY / 2) + ']'.repeat(BODY / 2), [bad]),
    json('JSON: 16 million [, never closed', '/adapt', '['.repeat(BODY), [bad]),
    json('JSON: 5 million {}', '/predict', `{"id":"small","inputs":[${list('{}', 5_000_000)}]}`, [bad]),
    json('JSON: 5 million {} as examples', '/adapt', `{"examples":[${list('{}', 5_000_000)}]}`, [bad]),
    json('JSON: a million keys', '/adapt', manyKeys(1_000_000), [bad]),
    json(
      'JSON: 8 million numbers in one input',
      '/predict',
      `{"id":"small","inputs":[{"values":[${list('0', 8_000_000)}]}]}`,
      [bad],
    ),
    json('JSON: one label of 16 MiB', '/adapt', `{"examples":[{"label":"${'x'.repeat(BODY - 100)}"}]}`, [bad]),
    json('JSON: 2.7 million escapes', '/adapt', `{"model":"${'\\u00e9'.repeat(2_700_000)}"}`, [bad]),
    json('JSON: base64 of 16 MiB that is none', '/predict', imageBody(Buffer.alloc((BODY * 3) / 4 - 200)), [bad]),
    ...forms(small),
    ...bombs(),
    json('a body over the limit', '/adapt', ' '.repeat(BODY + 1), [large]),
  ]
}

function manyImages(small: Buffer): Kind[] {
  // As many as the body has room for.
  const input = `{"image":"${small.toString('base64')}"}`
  const inputs = Math.min(INPUTS, Math.floor((BODY - 100) / (input.length + 1)))
  const example = (i: number) => `{"label":"${i % CLASSES}","input":${input}}`
  const examples = Math.min(EXAMPLES, inputs)
  const body = `{"id":"images","steps":20,"examples":[${Array.from({ length: examples }, (_, i) => example(i)).join()}]}`
  return [
    json(`predict: ${inputs} PNGs of 255x256`, '/predict', `{"id":"small","inputs":[${list(input, inputs)}]}`, [done]),
    json(`adapt: ${examples} PNGs of 255x256`, '/adapt', body, [made, bad]),
  ]
}

function forms(small: Buffer): Kind[] {
  const part = (i: number): [string, Buffer] => [String(i % CLASSES), small]
  const inputs = Array.from({ length: INPUTS }, (): [string, Buffer] => ['image', small.subarray()])
  const examples = Array.from({ length: EXAMPLES }, (_, i) => part(i))
  const tiny = Array.from({ length: 120_000 }, (_, i): [string, Buffer] => [String(i), Buffer.from('0')])
  const fitting = (parts: [string, Buffer][]) => parts.slice(0, Math.floor(BODY / (small.length + 200)))
  return [
    form('predict, form: 1000 PNGs', '/predict?id=small', fitting(inputs), [done]),
    form('adapt, form: 500 PNGs', '/adapt?id=form&steps=20', fitting(examples), [made, bad]),
    form('adapt, form: 120,000 parts', '/adapt?id=form', tiny, [bad, large]),
  ]
}

function bombs(): Kind[] {
  const bomb = (name: string, text: Buffer, right: readonly number[]): Kind => ({
    name,
    path: '/adapt',
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    body: gzipSync(text),
    right,
  })
  return [
    bomb('gzip: 16 MiB of [ in 16 KB', Buffer.alloc(BODY, '['), [bad, 415]),
    bomb('gzip: 512 MiB of spaces in 0.5 MB', Buffer.alloc(32 * BODY, ' '), [large, 415]),
  ]
}

function adaptBody(id: string, count: number, digits: number, steps: number): string {
  const one = (_: unknown, i: number) => `{"label":"label ${i % CLASSES}","input":{"values":[${row(i, digits)}]}}`
  return `{"id":"${id}","steps":${steps},"examples":[${Array.from({ length: count }, one).join()}]}`
}

function predictValues(id: string, digits: number): string {
  const inputs = Array.from({ length: INPUTS }, (_, i) => `{"values":[${row(i, digits)}]}`)
  return `{"id":"${id}","topK":100,"inputs":[${inputs.join()}]}`
}

/** A drawing's values with so many digits each; every number `i` gives others. */
function row(i: number, digits: number): string {
  const value = (_: unknown, j: number) => `0.${String((i * 7919 + j * 104_729) % 1000).padEnd(digits, '1')}`
  return Array.from({ length: VALUES }, value).join()
}

function imageBody(file: Buffer): string {
  return `{"id":"small","inputs":[{"image":"${file.toString('base64')}"}]}`
}

function manyKeys(count: number): string {
  return `{${Array.from({ length: count }, (_, i) => `"k${i}":0`).join()}}`
}

function list(item: string, count: number): string {
  return `${`${item},`.repeat(count - 1)}${item}`
}

function json(name: string, path: string, text: string, right: readonly number[]): Kind {
  return { name, path, headers: { 'content-type': 'application/json' }, body: Buffer.from(text, 'latin1'), right }
}

function form(name: string, path: string, parts: readonly [string, Buffer][], right: readonly number[]): Kind {
  const boundary = 'x'
  const pieces = parts.flatMap(([field, content]) => [
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${field}"; filename="f"\r\n\r\n`),
    content,
    Buffer.from('\r\n'),
  ])
  const body = Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)])
  return { name, path, headers: { 'content-type': `multipart/form-data; boundary=${boundary}` }, body, right }
}
