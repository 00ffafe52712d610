import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { docsRoutes } from '../../../src/http/operations/docs.js'
import { startObserved } from './observed-server.js'

const contract = fileURLToPath(new URL('../../../openapi.yaml', import.meta.url))

const start = () =>
  startObserved((app) => {
    for (const [path, handler] of docsRoutes(contract)) app.get(path, handler)
  })

describe('/docs', () => {
  test('everything it loads is there, and comes from this server', async () => {
    const { url } = await start()
    const html = await (await fetch(`${url}/docs`)).text()
    const loaded = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address = '']) => address)
    expect(loaded.length).toBeGreaterThan(3)
    for (const address of loaded) {
      const there = new URL(address, `${url}/docs`)
      expect(there.origin).toBe(url)
      const response = await fetch(there)
      expect([address, response.status]).toEqual([address, 200])
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
      expect(response.headers.get('content-type')).toMatch(/^(text\/(css|javascript)|image\/png|application\/yaml)/)
    }
  })

  test('its policy lets nothing in from elsewhere, and no script inside the page', async () => {
    const { url } = await start()
    const response = await fetch(`${url}/docs`)
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval/)
    expect(await response.text()).not.toMatch(/<script(?![^>]*src=)|https?:\/\//)
  })

  test('with a slash behind it leads to the one without', async () => {
    const { url } = await start()
    const response = await fetch(`${url}/docs/`, { redirect: 'manual' })
    expect(response.status).toBe(308)
    expect(new URL(response.headers.get('location') ?? '', `${url}/docs/`).href).toBe(`${url}/docs`)
  })
})

test('/openapi.yaml is the file, and spared to who has it', async () => {
  const { url } = await start()
  const response = await fetch(`${url}/openapi.yaml`)
  const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
  expect(hash(new Uint8Array(await response.arrayBuffer()))).toBe(hash(readFileSync(contract)))
  const etag = response.headers.get('etag') ?? ''
  expect(etag).toMatch(/^"[\w-]{22}"$/)
  // Left alone, fetch adds `no-cache` to a header of this kind, and the server then sends everything.
  const again = await fetch(`${url}/openapi.yaml`, { headers: { 'if-none-match': etag, 'cache-control': 'max-age=0' } })
  expect([again.status, await again.text()]).toEqual([304, ''])
  const other = await fetch(`${url}/openapi.yaml`, {
    headers: { 'if-none-match': '"old"', 'cache-control': 'max-age=0' },
  })
  expect(other.status).toBe(200)
})

test('answers that are no pages may load nothing and be framed by nobody', async () => {
  const { url } = await startObserved((app) => app.get('/', (_request, response) => response.send('hello')))
  const { headers } = await fetch(url)
  expect(headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'")
  expect(headers.get('x-frame-options')).toBe('DENY')
  expect(headers.get('referrer-policy')).toBe('no-referrer')
  expect(headers.has('strict-transport-security')).toBe(false)
})
