/** JSON answers that say where their time went. */
import { setImmediate } from 'node:timers/promises'
import type { Response } from 'express'
import type { Timeline } from '../serving/timeline.js'
import { serverTiming } from './operations/server-timing.js'

export function sendTimed<Body extends object>(
  response: Response,
  status: number,
  body: Body,
  timeline: Timeline,
): void {
  sendTimedText(response, status, JSON.stringify(body), timeline)
}

/** `json`: the text of the body; it is sent with a line break, for those who read it in a terminal. */
export function sendTimedText(response: Response, status: number, json: string, timeline: Timeline): void {
  const text = `${json}\n`
  setHead(response, status, Buffer.byteLength(text), timeline)
  response.end(text)
}

/** A text of megabytes, piece by piece: between them other requests have their turn. */
export async function sendTimedPieces(
  response: Response,
  status: number,
  pieces: readonly string[],
  timeline: Timeline,
): Promise<void> {
  const [only] = pieces
  if (only !== undefined && pieces.length === 1) return sendTimedText(response, status, only, timeline)
  const length = pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 1)
  setHead(response, status, length, timeline)
  for (const piece of pieces) {
    response.write(piece)
    await setImmediate()
  }
  response.end('\n')
}

function setHead(response: Response, status: number, length: number, timeline: Timeline): void {
  response.statusCode = status
  response.setHeader('Content-Type', 'application/json; charset=utf-8')
  response.setHeader('Content-Length', length)
  response.setHeader('Server-Timing', serverTiming(timeline))
}
