import { describe, expect, test } from 'vitest'
import { TrustedProxies } from '../../../src/http/operations/trusted-proxies.js'
import { tenantFrom } from '../../../src/http/tenant.js'
import { note, startObserved, until } from './observed-server.js'

/** Asks as somebody from 127.0.0.1; the status, and the tenant in the log. */
async function ask(proxies: string, headers: Record<string, string>) {
  const tenantOf = tenantFrom('X-Tenant', TrustedProxies.parse(proxies))
  const { url, lines } = await startObserved((app) =>
    app.get('/', (request, response) => {
      note(response, { tenant: tenantOf(request) })
      response.sendStatus(200)
    }),
  )
  const response = await fetch(url, { headers })
  await until(() => lines.length === 1)
  return { status: response.status, text: await response.text(), tenant: lines[0]?.tenant }
}

describe('the tenant', () => {
  test.each([
    ['of the gateway', '127.0.0.1', { 'x-tenant': 'acme' }, 'acme'],
    ['that the gateway does not name', '127.0.0.1', {}, 'default'],
    ['that somebody else names', '10.0.0.0/8', { 'x-tenant': 'acme' }, 'default'],
    ['that anybody names where there is no gateway', '', { 'x-tenant': 'acme' }, 'default'],
    [
      'of who says that he comes from the gateway',
      '10.0.0.1',
      { 'x-tenant': 'a', 'x-forwarded-for': '10.0.0.1' },
      'default',
    ],
    ['of who passes the gateway', '127.0.0.1', { 'x-tenant': 'acme', 'x-forwarded-for': '8.8.8.8' }, 'acme'],
    ['with any visible characters', '127.0.0.1', { 'x-tenant': '!acme/~"{}' }, '!acme/~"{}'],
    ['with the longest name', '127.0.0.1', { 'x-tenant': 'x'.repeat(128) }, 'x'.repeat(128)],
  ])('%s', async (_name, proxies, headers, tenant) => {
    expect(await ask(proxies, headers)).toMatchObject({ status: 200, tenant })
  })

  test.each([
    ['an empty name', ''],
    ['a long name', 'x'.repeat(129)],
    ['a space', 'a b'],
    ['no ASCII', 'caf\xe9'],
    ['two headers', 'a, b'],
  ])('%s from the gateway is refused', async (_name, tenant) => {
    const { status, text } = await ask('127.0.0.1', { 'x-tenant': tenant })
    expect(status).toBe(400)
    expect(JSON.parse(text)).toMatchObject({ detail: expect.stringContaining('X-Tenant must hold one name') })
  })

  test('a bad name from somebody else is not even looked at', async () => {
    expect(await ask('10.0.0.1', { 'x-tenant': 'a b' })).toMatchObject({ status: 200, tenant: 'default' })
  })
})
