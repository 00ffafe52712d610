/** JSON schemas from custom resource definitions, as strict as a person who mistypes a member needs them. */
import { parse } from 'yaml'
import { z } from 'zod'

const definition = z.looseObject({
  spec: z.looseObject({
    group: z.string(),
    versions: z.array(
      z.looseObject({
        name: z.string(),
        schema: z.object({ openAPIV3Schema: z.record(z.string(), z.unknown()) }),
      }),
    ),
  }),
})

/** The schema of one version. Kubernetes drops members it does not know without a word; here they are refused. */
export function schemaOf(crd: string, version: string): Record<string, unknown> {
  const found = definition.parse(parse(crd)).spec.versions.find(({ name }) => name === version)
  if (!found) throw new Error(`The definition has no version ${version}.`)
  const strict = withoutUnknown(found.schema.openAPIV3Schema)
  if (!isRecord(strict)) throw new Error('The schema is no object.')
  return strict
}

function withoutUnknown(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutUnknown)
  if (!isRecord(schema)) return schema
  const closed = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, withoutUnknown(value)]))
  // `metadata` is any object in a definition; Kubernetes checks it by other rules.
  return isRecord(schema.properties) && !('additionalProperties' in schema)
    ? { ...closed, additionalProperties: false }
    : closed
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
