import type { Express } from 'express'
import { expect, test } from 'vitest'
import type { Lifecycle } from '../../../src/http/operations/lifecycle.js'
import { afterStart, livezRoute, readyzRoute, startupzRoute } from '../../../src/http/operations/probes.js'
import { startObserved } from './observed-server.js'

const engine = { name: 'onnx', device: 'cpu', reason: 'ENGINE=onnx' } as const
const ready = { ready: true, models: ['a', 'b'], defaultModel: 'a', engine } as const

function probes(lifecycle: Lifecycle) {
  return (app: Express): void => {
    app.get('/livez', livezRoute)
    app.get('/startupz', startupzRoute(lifecycle))
    app.get(
      '/readyz',
      readyzRoute(lifecycle, () => ({ ...ready, models: [...ready.models] })),
    )
    app.use(afterStart(lifecycle))
    app.get('/models', (_request, response) => response.sendStatus(200))
  }
}

test.each([
  ['starting', { livez: 200, startupz: 503, readyz: 503, models: 503 }],
  ['ready', { livez: 200, startupz: 200, readyz: 200, models: 200 }],
  ['draining', { livez: 200, startupz: 200, readyz: 503, models: 200 }],
] as const)('while %s', async (phase, expected) => {
  const { url } = await startObserved(probes({ phase }))
  const statuses = Object.keys(expected).map(async (path) => [path, (await fetch(`${url}/${path}`)).status])
  expect(Object.fromEntries(await Promise.all(statuses))).toEqual(expected)
})

test('who comes too early hears when to come again', async () => {
  const { url } = await startObserved(probes({ phase: 'starting' }))
  const response = await fetch(`${url}/models`)
  expect(response.headers.get('retry-after')).toBe('1')
  expect(await response.json()).toMatchObject({ type: 'urn:reptile-serve:starting', status: 503 })
})

test('a change of phase is noticed at once', async () => {
  const lifecycle: Lifecycle = { phase: 'starting' }
  const { url } = await startObserved(probes(lifecycle))
  const ask = async () => (await fetch(`${url}/readyz`)).json()
  expect(await ask()).toMatchObject({ type: 'urn:reptile-serve:starting' })
  lifecycle.phase = 'ready'
  expect(await ask()).toEqual(ready)
  lifecycle.phase = 'draining'
  expect(await ask()).toMatchObject({ type: 'urn:reptile-serve:draining' })
})
