/** In bytes. A JSON body up to here is read within a millisecond or so, and sooner than a thread could be asked. */
export const smallBody = 64 * 1024

/** The body of a request, received whole and unpacked. */
export interface Body {
  /** One that is not small has its memory for itself, so that it can be handed to a thread. */
  readonly bytes: Uint8Array
  readonly type: BodyType
  /** Bytes taken from the budget, to be given back when the request is over. */
  readonly reserved: number
}

export type BodyType = { readonly kind: 'json' } | { readonly kind: 'form'; readonly boundary: string }

/**
 * The memory for the bodies of all requests under way. It is taken as the bytes arrive: taken when they are announced, a few
 * senders who announce much and send nothing would keep out everybody else.
 */
export interface ByteBudget {
  /** Throws ServingError `queue-full` where there is not as much. */
  take(bytes: number): void
  give(bytes: number): void
}
