/**
 * The request bodies of openapi.yaml as validators: the compiler holds both to one type, a test to the same rules. The
 * lists are validated item by item (reading/parse-json.ts), so that a list full of faults costs no more than those told.
 */
import { z } from 'zod'
import type { components } from './contract.gen.js'

type Contract = components['schemas']

/** One check for the whole array: zod's own makes an issue an element, gigabytes of them for a hostile body. */
const numbers = z
  .custom<number[]>(
    (value) => Array.isArray(value) && value.length > 0 && value.every(Number.isFinite),
    'Send an array of finite numbers, at least one.',
  )
  .meta({ type: 'array', minItems: 1, items: { type: 'number' } })

const imageInput = z.strictObject({
  image: z.string('Send the base64 of an image file.').min(1, 'Send an image file.'),
})
const valuesInput = z.strictObject({ values: numbers })
export const input = z.union([imageInput, valuesInput], 'Send an object with either `image` or `values`.')

/** What neither a terminal nor a database gives back as it came: control characters and halves of surrogate pairs. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused, written as the contract writes them
const plainText = /^[^\u0000-\u001f\u007f-\u009f\ud800-\udfff]+$/u

export const label = z
  .string('Send a text.')
  .min(1, 'Send a label that is not empty.')
  .regex(plainText, 'Send a label of whole characters, without control characters such as line breaks.')
const labelledExample = z.strictObject({ label, input })
const targetExample = z.strictObject({ target: numbers, input })
export const example = z.union(
  [labelledExample, targetExample],
  'Send an object with `input` and either `label` or `target`.',
)

export const adaptationId = z
  .string({
    error: ({ input }) =>
      input === undefined ? 'Name the adaptation, in JSON or in the address (?id=my-signs).' : 'Send a text.',
  })
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/,
    'Send letters, digits, ".", "_" and "-", the first a letter or digit, at most 128 of them.',
  )

const whole = z.int('Send a whole number.')

/** Steps are computed in 32-bit floats. */
const rate = 'Send a number above 0, from 1.2e-38 to 3.4e38.'

const shared = {
  steps: whole.min(0, 'Send 0 or more.').max(1_000_000, 'Send at most 1000000.').exactOptional(),
  learningRate: z.number(rate).min(1.2e-38, rate).max(3.4e38, rate).exactOptional(),
  seed: whole.min(0, 'Send 0 or more.').max(4294967295, 'Send at most 4294967295.').exactOptional(),
  budgetMs: whole.min(1, 'Send 1 or more.').max(3_600_000, 'Send at most 3600000, an hour.').exactOptional(),
  ttlSeconds: whole.min(1, 'Send 1 or more.').max(3_153_600_000, 'Send at most 3153600000.').exactOptional(),
  retention: z.enum(['both', 'weights', 'examples'], 'Send `both`, `weights` or `examples`.').exactOptional(),
}

export const adaptSettings = z.strictObject({
  model: z.string('Send the name of a model.').max(64, 'Send at most 64 characters.').exactOptional(),
  id: adaptationId.exactOptional(),
  ...shared,
})

export const moreExamplesSettings = z.strictObject(shared)

export const predictSettings = z.strictObject({
  id: adaptationId,
  topK: whole.min(1, 'Send 1 or more.').max(100, 'Send at most 100.').exactOptional(),
})

export const adaptRequest = adaptSettings.extend({ examples: z.array(example).min(1) })
export const moreExamplesRequest = moreExamplesSettings.extend({ examples: z.array(example).min(1) })
export const predictRequest = predictSettings.extend({ inputs: z.array(input).min(1) })

export type AdaptRequest = z.infer<typeof adaptRequest>
export type MoreExamplesRequest = z.infer<typeof moreExamplesRequest>
export type PredictRequest = z.infer<typeof predictRequest>

/** True where both types are the same to the compiler, optional members included. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type Holds<T extends true> = T

/** Does not compile where a validator and the contract differ. */
export type ContractHolds = [
  Holds<Same<AdaptRequest, Contract['AdaptRequest']>>,
  Holds<Same<MoreExamplesRequest, Contract['MoreExamplesRequest']>>,
  Holds<Same<PredictRequest, Contract['PredictRequest']>>,
]
