/** openapi.yaml is the contract: the validators keep its rules, and what it shows is valid. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { adaptRequest, moreExamplesRequest, predictRequest } from '../../src/http/schemas.js'
import { answersOf, component, contract, faultsOf, headerOf, operations, validatorOf } from './contract-check.js'

type Json = string | number | boolean | null | Json[] | { [name: string]: Json }

const requests = [
  ['AdaptRequest', adaptRequest],
  ['MoreExamplesRequest', moreExamplesRequest],
  ['PredictRequest', predictRequest],
] as const

/** The schema with its references filled in, without what is there for people, in one spelling. */
function plain(node: Json): Json {
  if (Array.isArray(node)) return node.map(plain)
  if (typeof node !== 'object' || node === null) return node
  const { $ref, description, $schema, oneOf, ...rest } = node
  if (typeof $ref === 'string') return plain(toJson(contract.components.schemas[$ref.split('/').at(-1) ?? '']))
  const members = oneOf ? { ...rest, anyOf: oneOf } : rest
  // zod writes the bound of safe integers.
  if (members.maximum === Number.MAX_SAFE_INTEGER) delete members.maximum
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, plain(value)]))
}

function toJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value ?? null))
}

test.each(requests)('the validator of %s keeps the rules of the contract', (name, validator) => {
  const rules = z.toJSONSchema(validator, { unrepresentable: 'any' })
  expect(plain(toJson(rules))).toEqual(plain({ $ref: `#/components/schemas/${name}` }))
})

describe('lengths are counted alike', () => {
  test.each([
    ['a name of 64 characters', 'x'.repeat(64)],
    ['a name of 65 characters', 'x'.repeat(65)],
    ['a name of 33 characters of two units each', '\u{1f600}'.repeat(33)],
  ])('%s', (_name, model) => {
    const body = { model, examples: [{ label: 'a', input: { values: [1] } }] }
    expect(adaptRequest.safeParse(body).success).toBe(validatorOf(component('AdaptRequest'))(body))
  })
})

describe('the examples of the contract are valid', () => {
  const { responses, headers, parameters } = contract.components
  const components = Object.entries({ responses, headers, parameters })
  const found = [
    ...examplesIn(contract.paths, 'paths'),
    ...components.flatMap(([kind, all]) => examplesIn(all, `components ${kind}`)),
  ]

  test('there are some', () => expect(found.length).toBeGreaterThan(8))

  test.each(found)('%s', (_where, schema, example) => {
    const validate = validatorOf(schema)
    validate(example)
    expect(validate.errors ?? []).toEqual([])
  })
})

describe('headers', () => {
  const alive = (headers: Record<string, string>) =>
    faultsOf('GET', '/livez', {
      status: 200,
      headers: new Headers(headers),
      type: 'application/json',
      text: '{"ok":true}',
    })

  test('that are always given are missed', () => {
    expect(alive({ 'x-request-id': 'mine' })).toEqual([])
    expect(alive({})).toEqual(['GET /livez 200: the header X-Request-Id is not there'])
  })

  test('hold what the contract says', () => {
    expect(alive({ 'x-request-id': 'two words' })).toEqual(['GET /livez 200: the header X-Request-Id is two words'])
    const problem = { type: 'urn:reptile-serve:queue-full', title: 'Too many requests', status: 429, detail: 'Wait.' }
    const busy = (retryAfter: string) =>
      faultsOf('POST', '/adapt', {
        status: 429,
        headers: new Headers({ 'x-request-id': 'mine', 'retry-after': retryAfter }),
        type: 'application/problem+json',
        text: JSON.stringify(problem),
      })
    expect(busy('3')).toEqual([])
    for (const wrong of ['soon', '0', '1.5'])
      expect(busy(wrong)).toEqual([`POST /adapt 429: the header Retry-After is ${wrong}`])
  })

  test('that all answers have are said of all, but for those that come before a request can be read', () => {
    const without = operations.flatMap(([method, path, operation]) =>
      Object.keys(operation.responses)
        .filter((status) => {
          const named = answersOf(operation, Number(status))?.headers?.['X-Request-Id']
          return !(named && headerOf(named).required)
        })
        .map((status) => `${method} ${path} ${status}`),
    )
    expect(new Set(without.map((one) => one.split(' ').at(-1)))).toEqual(new Set(['408']))
  })

  test.each(operations.filter(([, path]) => !path.startsWith('/docs')))(
    '%s %s takes those that all take',
    (_method, path) => {
      const taken = JSON.stringify(contract.paths[path]?.parameters)
      for (const name of ['requestId', 'traceparent']) expect(taken).toContain(`#/components/parameters/${name}`)
    },
  )
})

test('every parameter of a query is described by itself', () => {
  const inQueries = [contract.paths, contract.components.parameters].flatMap((all) => parametersIn(all))
  const said = inQueries.map(({ name, description }) => [name, String(description)] as const)
  expect(said.length).toBeGreaterThan(10)
  for (const [name, description] of said)
    expect([name, description]).toEqual([name, expect.stringMatching(/^[A-Z].{15,}\.$/s)])
  expect(said.filter(([, description]) => /^As in/.test(description))).toEqual([])
})

/** Those of queries, wherever they stand. */
function parametersIn(node: unknown): Record<string, unknown>[] {
  if (typeof node !== 'object' || node === null) return []
  const inner = Object.values(node).flatMap(parametersIn)
  return 'in' in node && node.in === 'query' ? [...inner, { ...node }] : inner
}

/** [where, schema, example] for every example beside a schema. */
function examplesIn(node: unknown, where: string): [string, Record<string, unknown>, unknown][] {
  if (typeof node !== 'object' || node === null) return []
  const inner = Object.entries(node).flatMap(([name, value]) => examplesIn(value, `${where} ${name}`))
  if (!('schema' in node && typeof node.schema === 'object')) return inner
  const schema = { ...node.schema }
  const many = 'examples' in node && typeof node.examples === 'object' ? Object.entries(node.examples ?? {}) : []
  const named = many.map(([name, { value }]): [string, typeof schema, unknown] => [`${where} ${name}`, schema, value])
  return 'example' in node ? [...inner, ...named, [where, schema, node.example]] : [...inner, ...named]
}
