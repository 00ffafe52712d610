/** Bodies that are refused as a whole. */
import { HttpError } from '../failure.js'

export function tooLarge(most: number): HttpError {
  return new HttpError(
    { code: 'body-too-large' },
    `Send at most ${most} bytes: fewer examples at a time, or smaller images.`,
  )
}

export function malformed(detail: string): HttpError {
  return new HttpError({ code: 'invalid-request', faults: [] }, detail)
}

export function notJson(detail: string): HttpError {
  return new HttpError({ code: 'invalid-json' }, detail)
}
