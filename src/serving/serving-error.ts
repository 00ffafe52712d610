import { OutOfMemoryError } from '../engine/engine.js'
import { LearnerError, type LearnerErrorCode } from '../learner/learner.js'
import { DamagedError, StoreFullError, VersionConflictError } from '../store/adaptation-store.js'

/** Why a use case could not do what was asked: one closed union, which http completes and turns into statuses. */
export type ServingFailure =
  | { readonly code: 'unknown-model' | 'unknown-adaptation' | 'diverged' | 'no-room' }
  /** The examples as a whole cannot be learned from. */
  | { readonly code: 'unfit-examples' }
  /** An input that the adapted model has no answer to. */
  | { readonly code: 'unfit-inputs' }
  /** The examples would be needed but were not kept. */
  | { readonly code: 'not-restorable' }
  /** Others keep changing the adaptation at the same time. */
  | { readonly code: 'conflict' }
  /** What was stored cannot be trusted any more. */
  | { readonly code: 'damaged-adaptation' }
  /** An adaptation that would take longer than a request may, however little else there is to do. */
  | { readonly code: 'too-many-steps' }
  /** Too many requests or bytes at the same time, or too little time beside the adaptations under way. */
  | { readonly code: 'queue-full'; readonly retryAfterSeconds: number }
  /** The device that computes has no memory for it at present. */
  | { readonly code: 'out-of-memory' }
  /** The server is not ready yet, is about to stop, or has not answered in the time there is. */
  | { readonly code: 'starting' | 'draining' | 'deadline' }

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
  diverged: { code: 'diverged' },
}

/** What the learner, the engine and the store could not do, as a failure of serving; any other error as it is. */
export function asServingError(error: unknown): unknown {
  if (error instanceof LearnerError) return new ServingError(failures[error.code], sentence(error.message))
  if (error instanceof OutOfMemoryError) {
    const message = 'The memory of the device that computes is full; try again in a few seconds.'
    return new ServingError({ code: 'out-of-memory' }, message)
  }
  if (error instanceof StoreFullError) return new ServingError({ code: 'no-room' }, error.message)
  if (error instanceof DamagedError) return new ServingError({ code: 'damaged-adaptation' }, error.message)
  if (error instanceof VersionConflictError) return new ServingError({ code: 'conflict' }, error.message)
  return error
}

/** The learner's messages are clauses; a client reads sentences. */
function sentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`
}
