/** openapi.yaml is the contract: the validators keep its rules, and what it shows is valid. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { adaptRequest, moreExamplesRequest, predictRequest } from '../../src/http/schemas.js'
import { component, contract, validatorOf } from './contract-check.js'

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
  const found = [...examplesIn(contract.paths, 'paths'), ...examplesIn(contract.components.responses, 'responses')]

  test('there are some', () => expect(found.length).toBeGreaterThan(8))

  test.each(found)('%s', (_where, schema, example) => {
    const validate = validatorOf(schema)
    validate(example)
    expect(validate.errors ?? []).toEqual([])
  })
})

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
