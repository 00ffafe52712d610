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
  return understandParser(error) ?? { failure: { code: 'internal' }, detail: 'The server failed; its log says why.' }
}

/** Express and its body parser throw errors with a status (http-errors), the latter with a type as well. */
function understandParser(error: unknown): Understood | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined
  switch (error.status) {
    case 413: {
      const most = 'limit' in error ? `at most ${error.limit} bytes` : 'less'
      return {
        failure: { code: 'body-too-large' },
        detail: `Send ${most}: fewer examples at a time, or smaller images.`,
      }
    }
    case 415:
      return {
        failure: { code: 'unsupported-media-type' },
        detail: 'Send JSON in UTF-8, plain or compressed with gzip, deflate or br.',
      }
  }
  if (error.status < 400 || error.status > 499) return undefined
  if ('type' in error && error.type === 'entity.parse.failed') {
    return { failure: { code: 'invalid-json' }, detail: `Send a JSON object: ${error.message}.` }
  }
  return {
    failure: { code: 'invalid-request', faults: [] },
    detail: 'The request is broken off or malformed; send it again as a whole.',
  }
}
