/** What a search tries: settings by their paths, with the values that they may take. */
import { z } from 'zod'
import { derived, fraction, seeded } from '../../learner/random.js'
import { at } from '../../program/program.js'
import { type RunSettings, runSchema } from '../settings.js'
import { TrainingError } from '../training-error.js'

const rangeSchema = z
  .strictObject({
    from: z.number(),
    to: z.number(),
    /** `log`: every factor is as likely as any other; both ends are positive. */
    scale: z.enum(['linear', 'log']).default('linear'),
    /** Whole numbers only. */
    whole: z.boolean().default(false),
  })
  .refine(({ from, to }) => from < to, { error: 'must begin below its end' })
  .refine(({ from, scale }) => scale === 'linear' || from > 0, { error: 'must begin above 0 for a log scale' })

/** `{"meta.learningRate": [0.001, 0.0005]}`, or a range where it is drawn from at random. */
export const searchSchema = z
  .record(z.string(), z.union([z.array(z.json()).min(1), rangeSchema]))
  .refine((search) => Object.keys(search).length > 0, { error: 'must name at least one setting' })

export type Search = z.infer<typeof searchSchema>
export type Setting = z.infer<ReturnType<typeof z.json>>
/** One value for each path, in the order of the search. */
export type Choice = Readonly<Record<string, Setting>>

/** Throws TrainingError. */
export function parseSearch(value: unknown): Search {
  const result = searchSchema.safeParse(value)
  if (result.success) return result.data
  const issue = at(result.error.issues, 0)
  throw new TrainingError(
    `The search ${['space', ...issue.path].join(' ')} is not valid (${issue.message}): give each setting a list of values, or from and to.`,
  )
}

/** Every combination, the last setting changing fastest. Throws TrainingError for ranges, which have no end of values. */
export function grid(search: Search): Choice[] {
  return Object.entries(search).reduce<Choice[]>(
    (choices, [path, values]) => {
      if (!Array.isArray(values))
        throw new TrainingError(`A grid needs lists, but ${path} is a range: list its values or search at random.`)
      return choices.flatMap((choice) => values.map((value): Choice => ({ ...choice, [path]: value })))
    },
    [{}],
  )
}

/** `count` choices at random; the first ones of the same seed are the same, however many are asked for. */
export function atRandom(search: Search, count: number, seed: number): Choice[] {
  return Array.from({ length: count }, (_, trial) =>
    Object.fromEntries(
      Object.entries(search).map(([path, values], setting) => {
        const share = fraction(seeded(derived(seed, trial, setting)))
        return [path, Array.isArray(values) ? at(values, Math.floor(share * values.length)) : within(values, share)]
      }),
    ),
  )
}

function within({ from, to, scale, whole }: z.infer<typeof rangeSchema>, share: number): number {
  // A whole number has half a number's room at both sides.
  const [low, high] = whole ? [from - 0.5, to + 0.5] : [from, to]
  const start = scale === 'log' && low <= 0 ? from : low
  const value = scale === 'log' ? start * (high / start) ** share : start + share * (high - start)
  return whole ? Math.min(to, Math.max(from, Math.round(value))) : Number(value.toPrecision(6))
}

/** The settings with a choice in their place. Throws TrainingError that names a path or a value that cannot be. */
export function withChoice(settings: RunSettings, choice: Choice): RunSettings {
  const changed = Object.entries(choice).reduce<unknown>(
    (tree, [path, value]) => replaced(tree, path.split('.'), value, path),
    settings,
  )
  const result = runSchema.safeParse(changed)
  if (result.success) return result.data
  const issue = at(result.error.issues, 0)
  throw new TrainingError(`The choice ${JSON.stringify(choice)} cannot be: ${issue.path.join('.')}: ${issue.message}.`)
}

function replaced(tree: unknown, [key, ...rest]: readonly string[], value: Setting, path: string): unknown {
  if (key === undefined) return value
  if (Array.isArray(tree)) {
    if (!/^\d+$/.test(key) || Number(key) >= tree.length)
      throw new TrainingError(`There is no setting ${path}: the list before ${key} has ${tree.length} entries.`)
    return tree.map((item, index) => (index === Number(key) ? replaced(item, rest, value, path) : item))
  }
  if (typeof tree !== 'object' || tree === null) throw new TrainingError(`There is no setting ${path}.`)
  return { ...tree, [key]: replaced(Object.getOwnPropertyDescriptor(tree, key)?.value, rest, value, path) }
}
