import { createServer, IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { expect, test } from 'vitest'
import { messagesOf } from '../../src/http/messages.js'

test('requests and responses are Express own before Express has seen them, and still what Node makes', async () => {
  const app = express()
  app.get('/whose', (request, response) => void response.json({ query: request.query, path: request.path }))
  const seen: unknown[] = []
  const server = createServer(messagesOf(app), (request, response) => {
    seen.push(Object.getPrototypeOf(request) === app.request, Object.getPrototypeOf(response) === app.response)
    seen.push(request instanceof IncomingMessage, response instanceof ServerResponse)
    app(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/whose?a=1`)
  expect(await answer.json()).toEqual({ query: { a: '1' }, path: '/whose' })
  expect(seen).toEqual([true, true, true, true])
  server.close()
  server.closeAllConnections()
})

test('an application that is not Express own has the messages of Node', () => {
  expect(messagesOf(() => {})).toEqual({})
})
