/** Holds answers against openapi.yaml, with a validator that knows nothing of this project. */
import { readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { parse } from 'yaml'

type Schema = Readonly<Record<string, unknown>>

interface Media {
  readonly schema: Schema
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>
}

interface Header {
  /** Whether it is always given. */
  readonly required?: boolean
  readonly schema: Schema
}

interface Reference {
  readonly $ref: string
}

export interface Answers {
  readonly $ref?: string
  readonly headers?: Readonly<Record<string, Header | Reference>>
  readonly content?: Readonly<Record<string, Media>>
}

export interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> }
  readonly responses: Readonly<Record<string, Answers>>
}

interface Contract {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>
    readonly responses: Readonly<Record<string, Answers>>
    readonly headers: Readonly<Record<string, Header>>
    readonly parameters: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  }
}

export interface Answer {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  /** The media type, without parameters. */
  readonly type: string | undefined
  readonly text: string
}

const methods = new Set(['get', 'post', 'put', 'delete'])
const address = 'contract'

export const contract: Contract = parse(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8'))
// What the contract says besides schemas is no keyword, and formats of files are there for people.
const ajv = new Ajv2020({ strict: false, allErrors: false })
formats.default(ajv)
ajv.addSchema({ ...contract, $id: address })

/** [method, path, operation] of all there are. */
export const operations = Object.entries(contract.paths).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(([method]) => methods.has(method))
    .map(([method, operation]) => [method, path, operation] as const),
)

/** A validator for a schema as it stands in the contract, or for one of its components. */
export function validatorOf(schema: Schema): ValidateFunction {
  return ajv.compile(rooted(schema))
}

export function component(name: string): Schema {
  return { $ref: `${address}#/components/schemas/${name}` }
}

/** The documented path for this one; undefined for a page that is not documented. */
export function templateOf(path: string): string | undefined {
  const [plain = ''] = path.split('?')
  const parts = plain.split('/')
  return Object.keys(contract.paths).find((template) => {
    const wanted = template.split('/')
    return wanted.length === parts.length && wanted.every((part, i) => part.startsWith('{') || part === parts[i])
  })
}

export function answersOf(operation: Operation, status: number): Answers | undefined {
  const found = operation.responses[status]
  return found?.$ref ? contract.components.responses[found.$ref.split('/').at(-1) ?? ''] : found
}

export function headerOf(header: Header | Reference): Header {
  if (!('$ref' in header)) return header
  const found = contract.components.headers[header.$ref.split('/').at(-1) ?? '']
  if (found) return found
  throw new Error(`There is no ${header.$ref}.`)
}

/** Problems that any address may answer with, before an operation is found (the contract's description tells of them). */
const general = new Set(
  ['malformed-request', 'headers-too-large', 'expectation-failed', 'request-timeout', 'method-not-allowed'].map(urn),
)

/** And those of addresses that the contract does not name. */
const elsewhere = new Set([...general, ...['unknown-page', 'starting'].map(urn)])

function urn(code: string): string {
  return `urn:reptile-serve:${code}`
}

/** What the contract has to say against an answer; empty: it fits. */
export function faultsOf(method: string, path: string, answer: Answer): string[] {
  const template = templateOf(path)
  const item = template === undefined ? undefined : contract.paths[template]
  const operation = item?.[method === 'HEAD' ? 'get' : method.toLowerCase()]
  const where = `${method} ${path} ${answer.status}`
  const documented = operation && answersOf(operation, answer.status)
  if (documented && !isGeneral(answer, general)) return faultsOfDocumented(where, method, documented, answer)
  if (method === 'HEAD' && !operation && answer.status === 405) return []
  if (!isGeneral(answer, operation ? general : elsewhere)) return [`${where}: this answer is not documented`]
  return faultsOfBody(where, component('Problem'), answer.text)
}

function isGeneral({ type, text }: Answer, types: ReadonlySet<string>): boolean {
  return type === 'application/problem+json' && text !== '' && types.has(JSON.parse(text).type)
}

function faultsOfDocumented(where: string, method: string, { headers, content }: Answers, answer: Answer): string[] {
  const missing = Object.entries(headers ?? {}).flatMap(([name, header]) => {
    const value = answer.headers.get(name)
    const { required, schema } = headerOf(header)
    // A header that only some of the problems of a status have may be left out.
    if (value === null) return required ? [`${where}: the header ${name} is not there`] : []
    const read = schema.type === 'integer' ? Number(value) : value
    return validatorOf(schema)(read) ? [] : [`${where}: the header ${name} is ${value}`]
  })
  if (!content) return answer.text === '' ? missing : [...missing, `${where}: there is a body`]
  const media = content[answer.type ?? '']
  if (!media) return [...missing, `${where}: the type ${answer.type} is not documented`]
  if (method === 'HEAD') return missing
  return answer.type?.endsWith('json') ? [...missing, ...faultsOfBody(where, media.schema, answer.text)] : missing
}

function faultsOfBody(where: string, schema: Schema, text: string): string[] {
  const validate = validatorOf(schema)
  return validate(JSON.parse(text)) ? [] : [`${where}: ${ajv.errorsText(validate.errors)} in ${text.slice(0, 300)}`]
}

/** References count from the contract's root wherever they stand. */
function rooted(node: Schema): Schema {
  return Object.fromEntries(
    Object.entries(node).map(([name, value]) => {
      if (name === '$ref' && typeof value === 'string') return [name, value.replace(/^#/, `${address}#`)]
      return [name, rootedValue(value)]
    }),
  )
}

function rootedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rootedValue)
  return typeof value === 'object' && value !== null ? rooted({ ...value }) : value
}
