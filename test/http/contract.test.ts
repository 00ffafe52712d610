import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { adaptRequest, predictRequest } from '../../src/http/schemas.js'
import { startTestServer, type TestServer, twoSigns, upright } from './test-server.js'

type Json = string | number | boolean | null | Json[] | { [name: string]: Json }
type Schema = { [name: string]: Json }

const contract = parse(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8'))
const schemas: Record<string, Schema> = contract.components.schemas

/** The schema with its references filled in, without what is there for people, in one spelling. */
function plain(node: Json): Json {
  if (Array.isArray(node)) return node.map(plain)
  if (typeof node !== 'object' || node === null) return node
  const { $ref, description, $schema, oneOf, ...rest } = node
  if (typeof $ref === 'string') return plain(schemas[$ref.split('/').at(-1) ?? ''] ?? null)
  const members = oneOf ? { ...rest, anyOf: oneOf } : rest
  // zod writes the bound of safe integers.
  if (members.maximum === Number.MAX_SAFE_INTEGER) delete members.maximum
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, plain(value)]))
}

describe('the validators keep the rules of the contract', () => {
  test.each([
    ['AdaptRequest', adaptRequest],
    ['PredictRequest', predictRequest],
  ])('%s', (name, validator) => {
    const rules = z.toJSONSchema(validator, { unrepresentable: 'any' })
    expect(plain(JSON.parse(JSON.stringify(rules)))).toEqual(plain({ $ref: `#/components/schemas/${name}` }))
  })
})

describe('the examples of the contract are valid', () => {
  const operations: [string, unknown][] = Object.entries(contract.paths)
  const found = operations.flatMap(([path, item]) => examplesIn(item, path))
  test.each(found)('%s', (_where, schema, example) => {
    expect(z.fromJSONSchema(schema as z.core.JSONSchema.JSONSchema).safeParse(example).error).toBe(undefined)
  })
})

/** [where, schema, example] for every example beside a schema. */
function examplesIn(node: unknown, where: string): [string, Json, unknown][] {
  if (typeof node !== 'object' || node === null) return []
  const inner = Object.entries(node).flatMap(([name, value]) => examplesIn(value, `${where} ${name}`))
  if (!('schema' in node)) return inner
  const schema = plain(node.schema as Json)
  const many = 'examples' in node ? Object.entries(node.examples as Record<string, { value: unknown }>) : []
  const named = many.map(([name, { value }]): [string, Json, unknown] => [`${where} ${name}`, schema, value])
  return 'example' in node ? [...inner, ...named, [where, schema, node.example]] : [...inner, ...named]
}

describe('answers fit the contract', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer()
    await server.post('/adapt', twoSigns)
  })
  afterAll(() => server.close())

  const curve = { model: 'tiny-curves', id: 'curve', examples: [{ target: [1, 2], input: { values: [0] } }] }

  test.each<[string, string, string, number, unknown?]>([
    ['adapt', 'post', '/adapt', 201, twoSigns],
    ['adapt a regression', 'post', '/adapt', 201, curve],
    ['predict', 'post', '/predict', 200, { id: 'signs', inputs: [upright] }],
    ['predict with a regression', 'post', '/predict', 200, { id: 'curve', inputs: [{ values: [1] }] }],
    ['readiness', 'get', '/readyz', 200],
    ['samples', 'get', '/samples/adapt.json', 200],
    ['samples', 'get', '/samples/predict.json', 200],
    ['invalid', 'post', '/adapt', 400, {}],
    ['unknown', 'post', '/predict', 404, { id: 'none', inputs: [upright] }],
    ['not JSON', 'post', '/predict', 415],
  ])('%s: %s %s %i', async (_name, method, path, status, body) => {
    const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    const answer = await server.ask(path, { method, ...(body === undefined ? {} : json) })
    expect(answer.status).toBe(status)
    const documented = contract.paths[path][method].responses[status]
    const { content } = documented.$ref ? contract.components.responses[documented.$ref.split('/').at(-1)] : documented
    const type = answer.headers.get('content-type')?.split(';')[0] ?? ''
    const schema = plain(content[type].schema)
    expect(z.fromJSONSchema(schema as z.core.JSONSchema.JSONSchema).safeParse(answer.body).error).toBe(undefined)
  })
})
