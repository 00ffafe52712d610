/** The command line of `npm run train`. */
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { type Blueprint, blueprints, recipes } from './blueprints.js'
import type { MetaSettings } from './meta-train.js'
import { TrainingError } from './training-error.js'

export interface TrainOptions {
  readonly blueprint: Blueprint
  readonly settings: MetaSettings
  /** Images of each class in a training task. */
  readonly shots: number
  readonly data: string | undefined
  readonly out: string
  readonly holdOut: number
  readonly seed: number
}

const [images, sines] = [recipes['omniglot-conv4'], recipes['sine-mlp']]

export const usage = `Usage: npm run train -- MODEL [options]

MODEL            ${Object.keys(blueprints).join(' or ')}
                                                       default: images   sines
--out DIR        where the trained model is written             runs     runs
--iterations N   meta-iterations                                ${images?.iterations}    ${sines?.iterations}
--tasks N        tasks a meta-step                              ${images?.tasksPerStep}        ${sines?.tasksPerStep}
--steps N        inner steps                                    ${images?.inner.steps}        ${sines?.inner.steps}
--batch N        examples of an inner step                      ${images?.inner.batch}       ${sines?.inner.batch}
--rate X         learning rate of the inner steps               ${images?.inner.learningRate}    ${sines?.inner.learningRate}
--meta-step X    of the first meta-iteration; it falls to 0     ${images?.metaStep}        ${sines?.metaStep}
--seed N                                                        1        1
--data DIR       images to learn from, one folder a class       (needed) -
--ways N         classes of a training task                     ${images?.inner.classes}       -
--shots N        images of each of them                         6        -
--head HEAD      prototypes or shared                           prototypes
--hold-out N     classes kept back to choose settings on        100      -

Example: npm run train -- sine-mlp --iterations 3000
`

const whole = z.coerce.number('must be a number').int('must be a whole number')
const count = whole.min(1, 'must be at least 1').optional()
const positive = z.coerce.number('must be a number').positive('must be above 0').optional()

const optionsSchema = z.object({
  data: z.string().optional(),
  out: z.string().default('runs'),
  iterations: count,
  tasks: count,
  steps: count,
  batch: count,
  rate: positive,
  'meta-step': positive,
  seed: whole.min(0, 'must be at least 0').default(1),
  ways: count,
  shots: count,
  head: z.enum(['prototypes', 'shared'], 'must be prototypes or shared').optional(),
  'hold-out': whole.min(0, 'must be at least 0').default(100),
})

const names = Object.keys(optionsSchema.shape)
const IMAGES_ONLY = ['data', 'ways', 'shots', 'head', 'hold-out']

/** Undefined where help is asked for. Throws TrainingError with one sentence that names the option. */
export function readOptions(argv: readonly string[]): TrainOptions | undefined {
  const { values, positionals } = parse(argv)
  if (values.help || argv.length === 0) return undefined
  const name = positionals[0] ?? ''
  const [blueprint, recipe] = [blueprints[name], recipes[name]]
  if (!blueprint || !recipe || positionals.length > 1)
    throw new TrainingError(
      `Name one model to train, ${Object.keys(blueprints).join(' or ')}, not "${positionals.join(' ')}".`,
    )
  const result = optionsSchema.safeParse(values)
  if (!result.success) {
    const [issue] = result.error.issues
    throw new TrainingError(`--${issue?.path.join('.')} ${issue?.message}.`)
  }
  const given = result.data
  const misplaced =
    blueprint.task === 'regression' ? IMAGES_ONLY.find((option) => values[option] !== undefined) : undefined
  if (misplaced) throw new TrainingError(`--${misplaced} is for models of images; ${name} is none.`)
  const classes = given.ways ?? recipe.inner.classes
  return {
    blueprint: given.head === 'shared' ? { ...blueprint, head: { kind: 'shared' } } : blueprint,
    settings: {
      iterations: given.iterations ?? recipe.iterations,
      tasksPerStep: given.tasks ?? recipe.tasksPerStep,
      inner: {
        classes,
        batch: given.batch ?? (classes || recipe.inner.batch),
        steps: given.steps ?? recipe.inner.steps,
        learningRate: given.rate ?? recipe.inner.learningRate,
      },
      metaStep: given['meta-step'] ?? recipe.metaStep,
    },
    shots: given.shots ?? 6,
    data: given.data,
    out: given.out,
    holdOut: given['hold-out'],
    seed: given.seed,
  }
}

function parse(argv: readonly string[]): {
  values: Record<string, string | boolean | undefined>
  positionals: string[]
} {
  const strings = names.map((name) => [name, { type: 'string' }] as const)
  try {
    return parseArgs({
      args: [...argv],
      options: { ...Object.fromEntries(strings), help: { type: 'boolean' } },
      allowPositionals: true,
    })
  } catch (error) {
    throw new TrainingError(`${error instanceof Error ? error.message : error} (--help lists the options)`)
  }
}
