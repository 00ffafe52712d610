import type { AddressInfo } from 'node:net'
import express from 'express'
import { expect, onTestFinished, test } from 'vitest'
import { sendTimedPieces } from '../../src/http/timed-answer.js'
import { Timeline } from '../../src/serving/timeline.js'

async function answerOf(pieces: readonly string[]): Promise<Response> {
  const app = express().get('/', (_request, response) => sendTimedPieces(response, 200, pieces, new Timeline(() => 0)))
  const server = app.listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  return fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
}

test.each([1, 2, 50])('%i pieces are one text, of the length that was told', async (count) => {
  const words = Array.from({ length: count }, (_, i) => `${i} \u00e9\u{1f600}`)
  const [first = '', ...others] = words.map((word, i) => `${i === 0 ? '[' : ','}"${word}"`)
  const pieces = [first, ...others]
  pieces.push(`${pieces.pop()}]`)
  const answer = await answerOf(pieces)
  const bytes = Buffer.from(await answer.arrayBuffer())
  expect(answer.headers.get('content-length')).toBe(`${bytes.byteLength}`)
  expect(JSON.parse(bytes.toString())).toEqual(words)
  expect(bytes.at(-1)).toBe('\n'.charCodeAt(0))
})
