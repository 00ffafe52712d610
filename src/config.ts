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

function oneOf<const Name extends string>(names: readonly [Name, ...Name[]]) {
  return z.enum(names, `one of ${names.join(', ')}`).prefault(names[0])
}

const shippedModels = fileURLToPath(new URL('../models', import.meta.url))

const settings = z.object({
  PORT: whole(8080, 0, 65535).describe('Where to listen; 0 takes a free port.'),
  HOST: text('0.0.0.0').describe('The address to listen on; 127.0.0.1 for this machine alone.'),
  MODELS_DIR: text(shippedModels).describe('The folder that holds one folder a model.'),
  DEFAULT_MODEL: text('omniglot-conv4').describe('The model of requests that name none.'),

  ENGINE: oneOf(['auto', 'onnx', 'tensorflow']).describe(
    'What computes: onnx on any CPU, tensorflow (npm run setup:tensorflow) on a GPU; auto takes tensorflow where it sees one.',
  ),
  DEVICE: oneOf(['auto', 'gpu', 'cpu']).describe(
    'Where tensorflow computes; with gpu the server does not start without one, with cpu it leaves it to others.',
  ),
  CACHE_DIR: text('').describe(
    'Where tensorflow keeps the programs it has compiled, from start to start; in DATA_DIR if empty. Nowhere if it cannot be written.',
  ),
  DEVICE_BYTES: whole(256 * mebibyte, mebibyte, 2 ** 42).describe(
    "Memory of tensorflow's device for adapted models; those of clients that ask again need not be sent to it.",
  ),
  WORKERS: whole(availableParallelism(), 1, 1024).describe(
    'Threads of the onnx engine that adapt; one a core serves the most requests.',
  ),
  PREDICT_WORKERS: whole(1, 1, 1024).describe(
    'Threads of the onnx engine that predict; they go first, and one is enough for most.',
  ),
  READERS: whole(Math.min(4, availableParallelism()), 1, 64).describe(
    'Threads that read large requests and decode images other than small PNGs.',
  ),

  STORE: oneOf(['lmdb', 'memory']).describe(
    'Where adaptations are kept: on disk, or only as long as the process lives.',
  ),
  DATA_DIR: text('./data').describe('The folder of the store on disk; one server at a time.'),
  HOT_BYTES: whole(512 * mebibyte, mebibyte, 2 ** 49).describe(
    'Memory for adapted models; the least recently used make room and are read from disk when asked again.',
  ),
  RETENTION: oneOf(['both', 'weights', 'examples']).describe(
    'What is kept of an adaptation that does not say; see `retention` in the contract.',
  ),
  TTL_SECONDS: whole(0, 0, 3_153_600_000).describe('How long adaptations are kept that do not say; 0: until deleted.'),

  MAX_REQUESTS: whole(256, 1, 1e6).describe('Requests under way; one more is refused with 429 and Retry-After.'),
  MAX_BYTES: whole(256 * mebibyte, 1024, 2 ** 40).describe('The bodies of all requests under way together.'),
  MAX_BODY_BYTES: whole(16 * mebibyte, 1024, 2 ** 29).describe('The largest request body, after decompression.'),
  MAX_IMAGE_PIXELS: whole(16e6, 1, 268e6).describe('The largest image, width times height.'),
  MAX_REQUEST_PIXELS: whole(128e6, 1, 2 ** 40).describe('All images of a request together.'),
  MAX_EXAMPLES: whole(500, 1, 1e6).describe('Examples of one adaptation; a model may take fewer.'),
  MAX_INPUTS: whole(1000, 1, 1e6).describe('Inputs of one prediction.'),
  MAX_LABEL_LENGTH: whole(200, 1, 1e6).describe('Characters of a label.'),
  MAX_STEPS: whole(1000, 0, 1e6).describe('Gradient steps of one adaptation.'),
  REQUEST_SECONDS: whole(60, 1, 86_400).describe(
    'How long a request may take, from its first byte to the answer; adaptations that could not end in it are refused.',
  ),
  DRAIN_SECONDS: whole(30, 0, 86_400).describe('How long a stop waits for requests that are under way.'),
  LINGER_SECONDS: whole(0, 0, 86_400).describe(
    'How long a stop goes on taking requests while /readyz says no, so that load balancers notice.',
  ),

  TENANT_HEADER: text('x-tenant').describe('The header that names the tenant.'),
  TRUSTED_PROXIES: text('').describe(
    'Addresses and networks (10.0.0.0/8), with commas between, whose tenant header is believed; from elsewhere it is ignored.',
  ),
  LOG_LEVEL: oneOf(['info', 'debug', 'warn', 'error', 'silent']).describe('The least that is logged.'),
  OTEL_EXPORTER_OTLP_ENDPOINT: text('').describe(
    'Where traces go (OTLP over HTTP, http://collector:4318); nowhere if empty.',
  ),
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
  if (result.success) {
    const { MAX_BODY_BYTES, MAX_BYTES, ENGINE, DEVICE } = result.data
    if (ENGINE === 'onnx' && DEVICE === 'gpu') {
      throw new ConfigError(
        'DEVICE=gpu asks for a GPU, which ENGINE=onnx cannot use; set ENGINE=tensorflow, or leave DEVICE out.',
      )
    }
    if (MAX_BODY_BYTES <= MAX_BYTES) return result.data
    throw new ConfigError(
      `MAX_BODY_BYTES is ${MAX_BODY_BYTES}, more than the ${MAX_BYTES} of MAX_BYTES, so that such a body would never be taken; lower the one or raise the other.`,
    )
  }
  const faults = result.error.issues.map(({ path, message }) => {
    const name = String(path[0])
    return `${name} is "${environment[name]}", set it to ${message}.`
  })
  throw new ConfigError(faults.join('\n'))
}

/** What `--help` prints: every setting with its default. */
export function configHelp(): string {
  const defaults = new Map<string, unknown>(Object.entries(settings.parse({})))
  const entries = Object.entries(settings.shape).map(
    ([name, { description }]) => `  ${name}=${defaults.get(name)}\n      ${description}`,
  )
  return ['Serves the models over HTTP. The environment configures it; with nothing set it is', '', ...entries].join(
    '\n',
  )
}
