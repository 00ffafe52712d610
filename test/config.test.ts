import { describe, expect, test } from 'vitest'
import { ConfigError, configHelp, readConfig } from '../src/config.js'

test('what is not set, or set to nothing, has its default', () => {
  expect(readConfig({ PORT: '', STORE: '' })).toMatchObject({
    PORT: 8080,
    HOST: '0.0.0.0',
    DEFAULT_MODEL: 'omniglot-conv4',
    PREDICT_WORKERS: 1,
    STORE: 'lmdb',
    DATA_DIR: './data',
    HOT_BYTES: 512 * 2 ** 20,
    RETENTION: 'both',
    TTL_SECONDS: 0,
    MAX_REQUESTS: 256,
    MAX_BYTES: 256 * 2 ** 20,
    MAX_BODY_BYTES: 16 * 2 ** 20,
    MAX_IMAGE_PIXELS: 16_000_000,
    MAX_REQUEST_PIXELS: 128_000_000,
    MAX_EXAMPLES: 500,
    MAX_INPUTS: 1000,
    MAX_LABEL_LENGTH: 200,
    MAX_STEPS: 1000,
    REQUEST_SECONDS: 60,
    DRAIN_SECONDS: 30,
    LINGER_SECONDS: 0,
    TENANT_HEADER: 'x-tenant',
    TRUSTED_PROXIES: '',
    LOG_LEVEL: 'info',
    OTEL_EXPORTER_OTLP_ENDPOINT: '',
  })
})

test('what is set is taken', () => {
  expect(readConfig({ PORT: '0', HOST: '::1', MAX_STEPS: '10', RETENTION: 'weights', STORE: 'memory' })).toMatchObject({
    PORT: 0,
    HOST: '::1',
    MAX_STEPS: 10,
    RETENTION: 'weights',
    STORE: 'memory',
  })
})

test('of the environment only what is a setting', () => {
  expect(readConfig({ PATH: '/bin', HOME: '/' })).not.toHaveProperty('PATH')
})

test.each(['x', '-1', '1.5', '65536', '1e3', ' 1', '0x10', '\u0661', '99999999999999999999'])(
  'PORT=%s ends the start with a sentence',
  (PORT) => {
    expect(() => readConfig({ PORT })).toThrow(
      new ConfigError(`PORT is "${PORT}", set it to a whole number from 0 to 65535.`),
    )
  },
)

test.each([
  ['STORE', 'redis', 'one of lmdb, memory'],
  ['RETENTION', 'Both', 'one of both, weights, examples'],
  ['LOG_LEVEL', 'loud', 'one of info, debug, warn, error, silent'],
])('%s=%s, too', (name, value, wanted) => {
  expect(() => readConfig({ [name]: value })).toThrow(new ConfigError(`${name} is "${value}", set it to ${wanted}.`))
})

test('a body that could never be taken', () => {
  expect(() => readConfig({ MAX_BODY_BYTES: '2049', MAX_BYTES: '2048' })).toThrow(
    /^MAX_BODY_BYTES is 2049, more than the 2048 of MAX_BYTES/,
  )
  expect(readConfig({ MAX_BODY_BYTES: '2048', MAX_BYTES: '2048' })).toMatchObject({ MAX_BYTES: 2048 })
})

test('every fault is named, each in its line', () => {
  expect(() => readConfig({ PORT: 'x', WORKERS: '0', STORE: 'none' })).toThrow(
    /^PORT is "x".*\nWORKERS is "0".*\nSTORE is "none".*$/,
  )
})

describe('whole numbers', () => {
  const numbers = Object.entries(readConfig({})).flatMap(([name, value]) => (typeof value === 'number' ? [name] : []))

  test.each(numbers)('%s is one, and says its bounds', (name) => {
    for (const wrong of ['-1', 'many', '1e400']) {
      const sentence = new RegExp(`^${name} is "${wrong}", set it to a whole number from \\d+ to \\d+\\.$`)
      expect(() => readConfig({ [name]: wrong })).toThrow(sentence)
    }
    const [, least = '', most = ''] = /from (\d+) to (\d+)/.exec(messageOf(() => readConfig({ [name]: 'x' }))) ?? []
    // So far apart that each can go to its bounds.
    const apart = { MAX_BODY_BYTES: '1024', MAX_BYTES: String(2 ** 40) }
    expect(readConfig({ ...apart, [name]: least })).toMatchObject({ [name]: Number(least) })
    expect(readConfig({ ...apart, [name]: most })).toMatchObject({ [name]: Number(most) })
    expect(() => readConfig({ [name]: String(Number(most) + 1) })).toThrow(ConfigError)
  })
})

function messageOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof Error) return error.message
  }
  return ''
}

test('the help shows every setting with its default', () => {
  for (const [name, value] of Object.entries(readConfig({})))
    expect(configHelp()).toContain(`  ${name}=${value}\n      `)
})
