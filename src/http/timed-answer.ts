/** JSON answers that say where their time went. */
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
  response.statusCode = status
  response.setHeader('Content-Type', 'application/json; charset=utf-8')
  response.setHeader('Content-Length', Buffer.byteLength(text))
  response.setHeader('Server-Timing', serverTiming(timeline))
  response.end(text)
}
