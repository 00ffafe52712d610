/** The messages between the engine and its worker threads. Numbers that change do not travel in them but through mailboxes. */

export interface InputSpec {
  readonly name: string
  readonly dtype: 'f32' | 'i32'
  readonly shape: readonly number[]
}

export interface OutputSpec {
  readonly name: string
  /** The graph's own name of the output. */
  readonly source: string
  readonly shape: readonly number[]
  /** Whether it is a stack, which has only as many rows as steps were run; the rest of `shape` is filled up with zeros. */
  readonly stacked: boolean
}

/** A compiled program as the workers need it. */
export interface CompiledProgram {
  readonly id: number
  readonly model: Uint8Array
  readonly inputs: readonly InputSpec[]
  readonly outputs: readonly OutputSpec[]
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
  /** To be kept as constants of these numbers; their memory is handed over. */
  readonly kept: readonly (readonly [name: string, number: number, data: Float32Array<ArrayBuffer>])[]
  /** Constants that the worker has. */
  readonly held: readonly (readonly [name: string, number: number])[]
}

export type Request =
  | { readonly kind: 'load'; readonly program: CompiledProgram; readonly mailboxes: readonly Mailbox[] }
  /** `mailbox`: which one; `wanted`: the outputs that somebody looks at; `gone`: constants to let go after the run. */
  | {
      readonly kind: 'run'
      readonly program: number
      readonly mailbox: number
      readonly feeds: PutFeeds
      readonly wanted: readonly string[]
      readonly gone: readonly number[]
    }
  | { readonly kind: 'unload'; readonly program: number }
  | { readonly kind: 'close' }

/** One reply a request, in their order. */
export type Reply = { readonly kind: 'done' } | { readonly kind: 'failed'; readonly error: string }

export interface WorkerSettings {
  /** Threads of one run (onnxruntime's intra-op threads). */
  readonly threads: number
  /** How far the operating system lets others go first, 0 (not at all) to 19. */
  readonly niceness: number
  /** Of constants that one worker keeps. */
  readonly constantBytes: number
}
