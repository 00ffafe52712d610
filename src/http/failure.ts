/** Everything that can go wrong with a request, as one closed union, and the one switch that gives each its status. */
import type { ServingFailure } from '../serving/serving-error.js'
import type { components } from './contract.gen.js'

/** A member of the request at fault: a JSON pointer into the body, and what to do. */
export type Fault = components['schemas']['Fault']

export type Failure =
  | ServingFailure
  | { readonly code: 'invalid-request'; readonly faults: readonly Fault[] }
  | { readonly code: 'invalid-json' | 'body-too-large' | 'unsupported-media-type' | 'unknown-page' | 'internal' }
  /** What Node's HTTP parser refuses. */
  | { readonly code: 'malformed-request' | 'headers-too-large' | 'request-timeout' | 'expectation-failed' }
  | { readonly code: 'method-not-allowed'; readonly allowed: string }

export type FailureCode = Failure['code']

/** A failure of this layer; the message says in one sentence what to do. */
export class HttpError extends Error {
  override readonly name = 'HttpError'
  constructor(
    readonly failure: Failure,
    message: string,
  ) {
    super(message)
  }
}

/** HTTP status and title by code. The title is the same for every occurrence; the detail is not. */
export function describe(code: FailureCode): { status: number; title: string } {
  switch (code) {
    case 'invalid-json':
      return { status: 400, title: 'The body is not JSON' }
    case 'malformed-request':
      return { status: 400, title: 'The request is malformed' }
    case 'invalid-request':
    case 'unfit-examples':
    case 'unfit-inputs':
    case 'too-many-steps':
      return { status: 400, title: 'The request is invalid' }
    case 'unknown-model':
      return { status: 404, title: 'No such model' }
    case 'unknown-adaptation':
      return { status: 404, title: 'No such adaptation' }
    case 'unknown-page':
      return { status: 404, title: 'No such page' }
    case 'method-not-allowed':
      return { status: 405, title: 'Wrong method' }
    case 'request-timeout':
      return { status: 408, title: 'The request came too slowly' }
    case 'not-restorable':
      return { status: 409, title: 'The kept examples do not suffice' }
    case 'conflict':
      return { status: 409, title: 'Changed by others at the same time' }
    case 'body-too-large':
      return { status: 413, title: 'The body is too large' }
    case 'unsupported-media-type':
      return { status: 415, title: 'Wrong content type' }
    case 'expectation-failed':
      return { status: 417, title: 'An expectation that cannot be met' }
    case 'diverged':
      return { status: 422, title: 'The adaptation diverged' }
    case 'queue-full':
      return { status: 429, title: 'Too many requests' }
    case 'headers-too-large':
      return { status: 431, title: 'The headers are too large' }
    case 'internal':
      return { status: 500, title: 'A fault of the server' }
    case 'damaged-adaptation':
      return { status: 500, title: 'The stored adaptation is damaged' }
    case 'starting':
      return { status: 503, title: 'The server is starting' }
    case 'draining':
      return { status: 503, title: 'The server is about to stop' }
    case 'out-of-memory':
      return { status: 503, title: 'The device has no memory left' }
    case 'deadline':
      return { status: 503, title: 'No answer in the time there is' }
    case 'no-room':
      return { status: 507, title: 'No room for the adaptation' }
  }
}
