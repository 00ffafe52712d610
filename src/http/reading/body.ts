/** The body of a request, received whole and unpacked. */
export interface Body {
  readonly bytes: Uint8Array
  readonly type: BodyType
  /** Bytes taken from the budget, to be given back when the request is over. */
  readonly reserved: number
}

export type BodyType = { readonly kind: 'json' } | { readonly kind: 'form'; readonly boundary: string }

/** The memory for the bodies of all requests under way. */
export interface ByteBudget {
  /** Throws ServingError `queue-full` where there is not as much. */
  take(bytes: number): void
  give(bytes: number): void
}
