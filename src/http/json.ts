/** JSON answers. */
import type { Response } from 'express'

/** Ends with a line break, for those who read it in a terminal. */
export function sendJson<Body extends object>(response: Response, status: number, body: Body): void {
  response
    .status(status)
    .type('application/json')
    .send(`${JSON.stringify(body)}\n`)
}
