/** Settings of a run from a preset, a settings file and flags, the later ones over the earlier; checked as a whole. */
import type { z } from 'zod'
import { type DataSettings, dataSchema, type RunSettings, runSchema } from '../settings.js'
import { TrainingError } from '../training-error.js'

/** Settings of which some are not given (yet). */
export interface SettingsPart {
  readonly [name: string]: unknown
}

/** Throws TrainingError with one sentence that names the setting. */
export function checkedSettings(given: unknown, where = 'The settings'): RunSettings {
  const result = runSchema.safeParse(withoutNulls(given))
  if (!result.success) throw new TrainingError(sentence(result.error, given, where))
  const fault = contradiction(result.data)
  if (fault) throw new TrainingError(fault)
  return result.data
}

/** Throws TrainingError where the text is not JSON or no whole settings. */
export function parseSettings(text: string, file: string): RunSettings {
  return checkedSettings(parseJson(text, file), file)
}

/** Throws TrainingError where the text is not a JSON object. */
export function parseJson(text: string, file: string): SettingsPart {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : error
    throw new TrainingError(`${file} is not JSON (${reason}): mend it; --print-settings shows what one looks like.`)
  }
  if (!isObject(parsed))
    throw new TrainingError(`${file} holds no JSON object: --print-settings shows what one is like.`)
  return parsed
}

/**
 * `over` on top of `base`, member by member. Where the kind of something changes (`kind` or `type`), nothing of the old one stays;
 * lists are replaced as a whole.
 */
export function merged(base: SettingsPart, over: SettingsPart): SettingsPart {
  const result: Record<string, unknown> = { ...base }
  for (const [name, value] of Object.entries(over)) {
    if (value === undefined) continue
    const old = result[name]
    result[name] = isObject(old) && isObject(value) && sameKind(old, value) ? merged(old, value) : value
  }
  return result
}

/** `meta.metaStep=0.5` as settings: { meta: { metaStep: 0.5 } }. What is not JSON is text. Throws TrainingError. */
export function assignment(text: string): SettingsPart {
  const [, path, value] = /^([A-Za-z][\w.]*)=(.*)$/s.exec(text) ?? []
  if (path === undefined || value === undefined)
    throw new TrainingError(`--set ${text} is no setting: write a path and a value, such as --set meta.metaStep=0.5.`)
  return nested(path, jsonOrText(value))
}

/** { a: { b: value } } for the path a.b. */
export function nested(path: string, value: unknown): SettingsPart {
  return path.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as SettingsPart
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** What is set to null is taken away: `--set model.head.gaussian=null`. */
function withoutNulls(value: unknown): unknown {
  if (!isObject(value)) return value
  const members = Object.entries(value).filter(([, member]) => member !== null)
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)]))
}

function isObject(value: unknown): value is SettingsPart {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function sameKind(old: SettingsPart, fresh: SettingsPart): boolean {
  return ['kind', 'type'].every(
    (name) => fresh[name] === undefined || old[name] === undefined || fresh[name] === old[name],
  )
}

function sentence(error: z.ZodError, given: unknown, where: string, under: readonly string[] = []): string {
  const issue = error.issues[0]
  const steps = [...under, ...(issue?.path ?? [])]
  const path = steps.join('.')
  if (path === 'data.path')
    return `The settings do not say where the data are: name the folder or file with --data, or data.path in a file.`
  const value = steps.reduce<unknown>((inner, name) => (inner as SettingsPart | undefined)?.[String(name)], given)
  const shown = isObject(value) || value === undefined ? '' : ` (${JSON.stringify(value)})`
  const choices = issue ? choicesOf(issue) : []
  const message = (issue?.message ?? '').replace(/^./, (letter) => letter.toLowerCase()).replaceAll('"', '')
  const fault = choices.length > 0 ? `must be ${oneOf(choices)}` : message
  return `${where}: ${path || 'the whole'}${shown}: ${fault} (--print-settings shows every setting).`
}

/** What may stand there, where that is a choice of a few: kinds of a thing, words, or numbers. */
function choicesOf(issue: z.core.$ZodIssue): readonly unknown[] {
  if (issue.code === 'invalid_value') return issue.values
  // The other unions are those of which several parts fit: none of the settings is such.
  if (issue.code !== 'invalid_union' || issue.inclusive === false) return []
  return issue.options ?? issue.errors.flatMap(([inner]) => (inner ? choicesOf(inner) : []))
}

/** "a, b or c" */
function oneOf(choices: readonly unknown[]): string {
  const last = String(choices.at(-1))
  return choices.length > 1 ? `${choices.slice(0, -1).join(', ')} or ${last}` : last
}

/** What each setting allows and the others forbid. */
function contradiction({ model, data, meta, validation }: RunSettings): string | undefined {
  const regression = model.head === undefined
  if (regression !== (data.kind === 'sine' || data.kind === 'regression-csv'))
    return regression
      ? `${model.name} has no head, so it cannot learn classes from data of kind ${data.kind}: take another model or --kind.`
      : `${model.name} is a classifier, and data of kind ${data.kind} have no classes: take another model or --kind.`
  if (regression ? meta.ways !== 0 : meta.ways < 2)
    return `meta.ways is ${meta.ways}: ${regression ? 'a regression has 0' : 'a classification needs at least 2'}.`
  const widest = model.innerLoop.widths.at(-1)?.classes ?? 0
  if (meta.ways > widest)
    return `meta.ways is ${meta.ways}, but the model's widest inner loop (model.innerLoop.widths) has ${widest} classes: raise one or lower the other.`
  if (meta.algorithm.kind === 'combination' && meta.algorithm.weights.length !== meta.steps)
    return `meta.algorithm.weights has ${meta.algorithm.weights.length} weights for ${meta.steps} inner steps: give one a step.`
  const heldOut = 'split' in data ? data.split.validation : Number.POSITIVE_INFINITY
  if (!regression && validation.every > 0 && heldOut > 0 && heldOut < meta.ways)
    return `data.split.validation holds out ${heldOut} classes, too few for tasks of ${meta.ways}: hold out more, or 0 for no validation.`
  return undefined
}

/** The part of the data alone. Throws TrainingError with one sentence that names the setting. */
export function checkedData(given: unknown): DataSettings {
  const result = dataSchema.safeParse(given)
  if (!result.success) throw new TrainingError(sentence(result.error, { data: given }, 'The settings', ['data']))
  return result.data
}
