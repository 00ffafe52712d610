/** The contract and the validators on generated requests: Ajv reads openapi.yaml, the server reads the same bytes. */
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { HttpError } from '../../../src/http/failure.js'
import { adaptFromJson, moreExamplesFromJson, predictFromJson } from '../../../src/http/reading/parse-json.js'
import { adaptRequest, moreExamplesRequest, predictRequest } from '../../../src/http/schemas.js'

const ajv = new Ajv2020({ strict: false, allErrors: false })
addFormats.default(ajv)
ajv.addSchema(parse(readFileSync(new URL('../../../openapi.yaml', import.meta.url), 'utf8')), 'contract')

/** So wide that only the contract is left to refuse anything. */
const limits = {
  bodyBytes: 2 ** 24,
  imagePixels: 1e9,
  requestPixels: 1e9,
  examples: 1000,
  inputs: 1000,
  labelLength: 1e6,
  steps: 1e6,
}

const requests = [
  ['AdaptRequest', adaptRequest, adaptFromJson],
  ['MoreExamplesRequest', moreExamplesRequest, moreExamplesFromJson],
  ['PredictRequest', predictRequest, predictFromJson],
] as const

/** What the contract cannot say: that a text is base64, and that 32 bits hold a number. */
const beyondTheContract = /This is not base64|beyond the range of 32-bit floats/

const image = fc.base64String({ minLength: 4, maxLength: 12 }).filter((text) => text !== '')
const number = fc.oneof(fc.double({ min: -1e30, max: 1e30, noNaN: true }), fc.integer())
const numbers = fc.array(number, { minLength: 1, maxLength: 4 })
const input = fc.oneof(fc.record({ image }), fc.record({ values: numbers }))
const label = fc.string({ minLength: 1, maxLength: 5, unit: 'grapheme' }).filter((text) => !/\p{Cc}/u.test(text))
const example = fc.oneof(fc.record({ label, input }), fc.record({ target: numbers, input }))
const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,10}$/)
const settings = {
  steps: fc.nat(1000),
  learningRate: fc.double({ min: 1e-37, max: 1e38, noNaN: true }),
  seed: fc.nat(),
  budgetMs: fc.integer({ min: 1, max: 3_600_000 }),
  ttlSeconds: fc.integer({ min: 1, max: 3_153_600_000 }),
  retention: fc.constantFrom('both', 'weights', 'examples'),
}
const examples = fc.array(example, { minLength: 1, maxLength: 4 })
const valid = {
  AdaptRequest: fc.record(
    { examples, id, model: fc.string({ maxLength: 64 }), ...settings },
    { requiredKeys: ['examples'] },
  ),
  MoreExamplesRequest: fc.record({ examples, ...settings }, { requiredKeys: ['examples'] }),
  PredictRequest: fc.record(
    { id, inputs: fc.array(input, { minLength: 1, maxLength: 4 }), topK: fc.integer({ min: 1, max: 100 }) },
    { requiredKeys: ['id', 'inputs'] },
  ),
}

type Json = string | number | boolean | null | Json[] | { [name: string]: Json }

/** Something else in the place of any part, a part gone, or one more. */
const mutation = fc.record({
  where: fc.nat(),
  what: fc.constantFrom('replace', 'remove', 'add'),
  name: fc.constantFrom('label', 'target', 'input', 'image', 'values', 'id', 'steps', 'topK', 'x', '__proto__'),
  value: fc.oneof(
    fc.constantFrom<Json>('', null, true, -1, 0, 0.5, 1e308, 5e-324, 4294967296, -0, [], {}, [[]], [null], 'a\nb'),
    fc.constantFrom<Json>('\ud800', '../x', { image: 'AAAA' }, { values: [] }, { values: ['1'] }, 'x'.repeat(129)),
    fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as Json),
  ),
})

type Mutation = typeof mutation extends fc.Arbitrary<infer M> ? M : never

type Parent = Json[] | { [name: string]: Json }

function mutate(body: Json, { where, what, name, value }: Mutation): Json {
  const root: { body?: Json } = { body }
  const places: { parent: Parent; key: string; inner: Json }[] = []
  const visit = (parent: Parent): void => {
    for (const [key, inner] of Object.entries(parent)) {
      places.push({ parent, key, inner })
      if (typeof inner === 'object' && inner !== null) visit(inner)
    }
  }
  visit(root as Parent)
  const place = places[where % places.length]
  if (!place) return body
  const { parent, key, inner } = place
  const put = (target: object, member: string) =>
    Object.defineProperty(target, member, { value: structuredClone(value), enumerable: true, configurable: true })
  if (what === 'add' && typeof inner === 'object' && inner !== null && !Array.isArray(inner)) put(inner, name)
  else if (what !== 'remove') put(parent, key)
  else if (Array.isArray(parent)) parent.splice(Number(key), 1)
  else delete parent[key]
  return root.body ?? null
}

describe.each(requests)('%s', (name, schema, read) => {
  const fits = ajv.getSchema(`contract#/components/schemas/${name}`)

  /** Whether the server takes it; undefined: refused for what the contract cannot say. */
  function isTaken(text: string): boolean | undefined {
    try {
      read(Buffer.from(text), '', limits)
      return true
    } catch (error) {
      if (!(error instanceof HttpError) || error.failure.code !== 'invalid-request') throw error
      const { faults } = error.failure
      return faults.length > 0 && faults.every(({ detail }) => beyondTheContract.test(detail)) ? undefined : false
    }
  }

  test('what is valid is taken', () => {
    fc.assert(
      fc.property(valid[name], (body) => {
        const text = JSON.stringify(body)
        expect([fits?.(JSON.parse(text)), schema.safeParse(JSON.parse(text)).success, isTaken(text)]).toEqual([
          true,
          true,
          true,
        ])
      }),
      { seed: 1, numRuns: 300 },
    )
  })

  test('and of all else both say the same', () => {
    let refused = 0
    fc.assert(
      fc.property(valid[name], fc.array(mutation, { minLength: 1, maxLength: 3 }), (body, mutations) => {
        const mutated = mutations.reduce(mutate, JSON.parse(JSON.stringify(body)) as Json)
        const text = JSON.stringify(mutated)
        const expected = fits?.(JSON.parse(text))
        if (expected === false) refused++
        expect(schema.safeParse(JSON.parse(text)).success).toBe(expected)
        expect(isTaken(text) ?? true).toBe(expected)
      }),
      { seed: 1, numRuns: 3000 },
    )
    expect(refused).toBeGreaterThan(1000)
    expect(refused).toBeLessThan(2990)
  })
})
