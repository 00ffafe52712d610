import { expect, test } from 'vitest'
import { ConfigError, configHelp, readConfig } from '../src/config.js'

test('what is not set, or set to nothing, has its default', () => {
  expect(readConfig({ PORT: '' })).toMatchObject({ PORT: 8080, HOST: '0.0.0.0', DEFAULT_MODEL: 'omniglot-conv4' })
})

test('what is set is taken', () => {
  expect(readConfig({ PORT: '0', HOST: '::1', MAX_STEPS: '10' })).toMatchObject({ PORT: 0, HOST: '::1', MAX_STEPS: 10 })
})

test.each(['x', '-1', '1.5', '65536', '1e3', ' 1', '99999999999999999999'])(
  'PORT=%s ends the start with a sentence',
  (PORT) => {
    expect(() => readConfig({ PORT })).toThrow(
      new ConfigError(`PORT is "${PORT}", set it to a whole number from 0 to 65535.`),
    )
  },
)

test('every fault is named', () => {
  expect(() => readConfig({ PORT: 'x', WORKERS: '0' })).toThrow(/PORT is "x".*\nWORKERS is "0"/)
})

test('the help shows every setting with its default', () => {
  for (const [name, value] of Object.entries(readConfig({})))
    expect(configHelp()).toContain(`  ${name}=${value}\n      `)
})
