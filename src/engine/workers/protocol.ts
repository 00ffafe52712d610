/** The messages between an engine and its worker threads. Numbers that change do not travel in them but through mailboxes. */

export interface InputSpec {
  readonly name: string
  readonly dtype: 'f32' | 'i32'
  readonly shape: readonly number[]
  /** Where each client of a run feeds its own: the axis along which they lie side by side. */
  readonly clientAxis?: number | undefined
  /** Where the worker keeps rows (along the first axis) that are fed again: the shelf on which they lie. */
  readonly shelf?: string | undefined
}

export interface OutputSpec {
  readonly name: string
  /** The graph's own name of the output. */
  readonly source: string
  readonly shape: readonly number[]
  /** Whether it is a stack, which has only as many rows as steps were run; the rest of `shape` is filled up with zeros. */
  readonly stacked: boolean
  readonly clientAxis?: number | undefined
}

/** A compiled program as the workers need it. */
export interface CompiledProgram {
  readonly id: number
  readonly inputs: readonly InputSpec[]
  readonly outputs: readonly OutputSpec[]
}

/** What a worker loads at a time: programs that share what they keep. */
export interface CompiledModel {
  readonly id: number
  /** The same model has the same; for errors and caches. */
  readonly bytes: Uint8Array
  readonly programs: readonly CompiledProgram[]
  /** How many rows there are room for on each shelf, and what a row is. */
  readonly shelves: readonly Shelf[]
}

export interface Shelf {
  readonly name: string
  readonly rows: number
  readonly rowShape: readonly number[]
}

export type Numbers = Readonly<Record<string, Float32Array | Int32Array>>
export type Results = Readonly<Record<string, Float32Array>>

/** Shared memory through which the feeds and results of one run at a time go to one worker and back (mailbox.ts). */
export interface Mailbox {
  readonly inputs: Numbers
  readonly outputs: Results
}

/** Where the inputs of a run are. */
export interface PutFeeds {
  /** In the mailbox. */
  readonly changed: readonly string[]
  /** To be kept from now on, by these numbers; their memory is handed over. */
  readonly put: readonly (readonly [name: string, number: number, data: Float32Array<ArrayBuffer>])[]
  /** Made of rows that are kept, by their numbers. */
  readonly rows: readonly (readonly [name: string, numbers: readonly number[]])[]
}

export interface RunRequest {
  readonly kind: 'run'
  readonly program: number
  /** Which one. */
  readonly mailbox: number
  readonly feeds: PutFeeds
  /** The outputs that somebody looks at. */
  readonly wanted: readonly string[]
  /** Kept rows to let go after the run. */
  readonly gone: readonly number[]
}

export type Request =
  /** `mailboxes`: those of each program. */
  | { readonly kind: 'load'; readonly model: CompiledModel; readonly mailboxes: readonly (readonly Mailbox[])[] }
  | RunRequest
  | { readonly kind: 'unload'; readonly model: number }
  | { readonly kind: 'close' }

/** One reply a request, in their order. */
export type Reply =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly error: string; readonly outOfMemory: boolean }

/** What a kind of engine does in its worker threads. */
export interface Runtime {
  load(model: CompiledModel): Promise<void>
  /** Takes the rows that come with a run. */
  keep(request: RunRequest): void
  run(request: RunRequest, mailbox: Mailbox): Promise<void>
  /** Lets go what is gone after a run. */
  letGo(request: RunRequest): void
  unload(model: number): Promise<void>
  /** Whether something has failed only for a lack of memory. */
  isOutOfMemory(error: unknown): boolean
}
