/** Which rows a worker keeps, as the engine sees it from outside: what is fed again is not sent again. */
import type { InputSpec } from './protocol.js'

export interface Placed {
  /** By which the worker knows the row. */
  readonly number: number
  /** Whether the worker does not have it yet: it is to be sent. */
  readonly isNew: boolean
}

export interface Keeper {
  /** Undefined: it is not kept, and goes through the mailbox. What is not `constant` has to be sent in any case. */
  place(input: InputSpec, data: Float32Array, constant: boolean): Placed | undefined
  /** What the worker is to let go, told once. */
  takeGone(): number[]
}
