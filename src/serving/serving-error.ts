/** Why a use case could not do what was asked: one closed union, which http completes and turns into statuses. */
export type ServingFailure =
  | { readonly code: 'unknown-model' | 'unknown-adaptation' | 'diverged' | 'no-room' | 'draining' }
  /** The examples as a whole cannot be learned from. */
  | { readonly code: 'unfit-examples' }
  | { readonly code: 'queue-full'; readonly retryAfterSeconds: number }

/** The message says in one sentence what to do. */
export class ServingError extends Error {
  override readonly name = 'ServingError'
  constructor(
    readonly failure: ServingFailure,
    message: string,
  ) {
    super(message)
  }
}
