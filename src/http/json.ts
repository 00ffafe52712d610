/** JSON in and out. */
import express, { type RequestHandler, type Response } from 'express'
import { HttpError } from './failure.js'

/** Parses a body of at most `limit` bytes; what comes without a content type of JSON is refused, never guessed at. */
export function jsonBody(limit: number): RequestHandler[] {
  const onlyJson: RequestHandler = (request, _response, next) => {
    if (request.is('application/json')) return next()
    throw new HttpError(
      { code: 'unsupported-media-type' },
      'Send a JSON body with the header `Content-Type: application/json`.',
    )
  }
  return [onlyJson, express.json({ limit, type: () => true })]
}

/** Ends with a line break, for those who read it in a terminal. */
export function sendJson<Body extends object>(response: Response, status: number, body: Body): void {
  response
    .status(status)
    .type('application/json')
    .send(`${JSON.stringify(body)}\n`)
}
