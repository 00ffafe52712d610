/** A body of either kind to what it asks for. All throw HttpError `invalid-json` or `invalid-request`. */
import type { BodyType } from './body.js'
import type { ReadingLimits } from './limits.js'
import { adaptFromForm, moreExamplesFromForm, predictFromForm } from './parse-form.js'
import { adaptFromJson, moreExamplesFromJson, predictFromJson } from './parse-json.js'
import type { Parsed } from './parsed.js'

export type Reading = keyof Parsed

type JsonParsers = {
  readonly [R in Reading]: (bytes: Uint8Array, query: string, limits: ReadingLimits) => Parsed[R]
}

export const fromJson: JsonParsers = {
  adapt: adaptFromJson,
  moreExamples: moreExamplesFromJson,
  predict: predictFromJson,
}

type FormParsers = {
  readonly [R in Reading]: (
    bytes: Uint8Array,
    boundary: string,
    query: string,
    limits: ReadingLimits,
  ) => Promise<Parsed[R]>
}

export const fromForm: FormParsers = {
  adapt: adaptFromForm,
  moreExamples: moreExamplesFromForm,
  predict: predictFromForm,
}

export async function parse<R extends Reading>(
  reading: R,
  bytes: Uint8Array,
  type: BodyType,
  query: string,
  limits: ReadingLimits,
): Promise<Parsed[R]> {
  return type.kind === 'json'
    ? fromJson[reading](bytes, query, limits)
    : fromForm[reading](bytes, type.boundary, query, limits)
}
