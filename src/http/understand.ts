/** What a thrown thing means to the client. */
import { ServingError } from '../serving/serving-error.js'
import { type Failure, HttpError } from './failure.js'

export interface Understood {
  readonly failure: Failure
  readonly detail: string
}

export function understand(error: unknown): Understood {
  if (error instanceof HttpError || error instanceof ServingError)
    return { failure: error.failure, detail: error.message }
  if (isRefusedByExpress(error))
    return { failure: { code: 'malformed-request' }, detail: 'The address is malformed; encode it as a URL.' }
  return { failure: { code: 'internal' }, detail: 'The server failed; its log says why.' }
}

/** Express throws errors with a status for addresses that are none. */
function isRefusedByExpress(error: unknown): boolean {
  return error instanceof Error && 'status' in error && error.status === 400
}
