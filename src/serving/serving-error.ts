import { LearnerError, type LearnerErrorCode } from '../learner/learner.js'
import { StoreFullError } from '../store/adaptation-store.js'

/** Why a use case could not do what was asked: one closed union, which http completes and turns into statuses. */
export type ServingFailure =
  | { readonly code: 'unknown-model' | 'unknown-adaptation' | 'diverged' | 'no-room' | 'draining' }
  /** The examples as a whole cannot be learned from. */
  | { readonly code: 'unfit-examples' }
  /** An input that the adapted model has no answer to. */
  | { readonly code: 'unfit-inputs' }
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

const failures: Record<LearnerErrorCode, ServingFailure> = {
  'too-few-classes': { code: 'unfit-examples' },
  'too-many-classes': { code: 'unfit-examples' },
  'too-many-examples': { code: 'unfit-examples' },
  'unfit-input': { code: 'unfit-inputs' },
  diverged: { code: 'diverged' },
}

/** What the learner and the store could not do, as a failure of serving; any other error as it is. */
export function asServingError(error: unknown): unknown {
  if (error instanceof LearnerError) return new ServingError(failures[error.code], sentence(error.message))
  if (error instanceof StoreFullError) return new ServingError({ code: 'no-room' }, error.message)
  return error
}

/** The learner's messages are clauses; a client reads sentences. */
function sentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`
}
