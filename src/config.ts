/** The settings of the server: the only reader of the environment. */
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const mebibyte = 1024 * 1024

function whole(byDefault: number, min: number, max: number) {
  return z
    .string()
    .refine(
      (text) => /^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max,
      `a whole number from ${min} to ${max}`,
    )
    .transform(Number)
    .prefault(String(byDefault))
}

function text(byDefault: string) {
  return z.string().prefault(byDefault)
}

const shippedModels = fileURLToPath(new URL('../models', import.meta.url))

const settings = z.object({
  PORT: whole(8080, 0, 65535).describe('Where to listen; 0 takes a free port.'),
  HOST: text('0.0.0.0').describe('The address to listen on; 127.0.0.1 for this machine alone.'),
  MODELS_DIR: text(shippedModels).describe('The folder that holds one folder a model.'),
  DEFAULT_MODEL: text('omniglot-conv4').describe('The model of requests that name none.'),
  WORKERS: whole(availableParallelism(), 1, 1024).describe('Engine workers; one a core serves the most requests.'),
  CACHE_BYTES: whole(512 * mebibyte, mebibyte, 2 ** 49).describe(
    'Memory for adapted models; the least recently used make room.',
  ),
  MAX_QUEUE: whole(256, 1, 1e6).describe('Requests that may wait; one more is refused with 429 and Retry-After.'),
  MAX_BODY_BYTES: whole(16 * mebibyte, 1024, 2 ** 29).describe('The largest request body, after decompression.'),
  MAX_IMAGE_PIXELS: whole(16e6, 1, 268e6).describe('The largest image, width times height.'),
  MAX_EXAMPLES: whole(500, 1, 1e6).describe('Examples of one adaptation; a model may take fewer.'),
  MAX_INPUTS: whole(1000, 1, 1e6).describe('Inputs of one prediction.'),
  MAX_LABEL_LENGTH: whole(200, 1, 1e6).describe('Characters of a label.'),
  MAX_STEPS: whole(1000, 0, 1e6).describe('Gradient steps of one adaptation.'),
  DRAIN_SECONDS: whole(30, 0, 86_400).describe('How long a stop waits for requests that are under way.'),
})

export type Config = Readonly<z.infer<typeof settings>>

type Environment = Readonly<Record<string, string | undefined>>

/** A setting that cannot be; the message names it and says what it can be. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** What is not set, or set to nothing, has its default. Throws ConfigError. */
export function readConfig(environment: Environment = process.env): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const result = settings.safeParse(given)
  if (result.success) return result.data
  const faults = result.error.issues.map(({ path, message }) => {
    const name = String(path[0])
    return `${name} is "${environment[name]}", set it to ${message}.`
  })
  throw new ConfigError(faults.join('\n'))
}

/** What `--help` prints: every setting with its default. */
export function configHelp(): string {
  const defaults = new Map<string, string | number>(Object.entries(settings.parse({})))
  const entries = Object.entries(settings.shape).map(
    ([name, { description }]) => `  ${name}=${defaults.get(name)}\n      ${description}`,
  )
  return ['Serves the models over HTTP. The environment configures it; with nothing set it is', '', ...entries].join(
    '\n',
  )
}
