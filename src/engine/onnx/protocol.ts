/** The messages between the engine and its worker threads. */

export interface InputSpec {
  readonly name: string
  readonly dtype: 'f32' | 'i32'
  readonly shape: readonly number[]
}

/** `source` is the graph's own name of the output; a stack shorter than `shape` is filled up with zeros. */
export interface OutputSpec {
  readonly name: string
  readonly source: string
  readonly shape: readonly number[]
}

/** A compiled program as the workers need it. */
export interface CompiledProgram {
  readonly id: number
  readonly model: Uint8Array
  readonly inputs: readonly InputSpec[]
  readonly outputs: readonly OutputSpec[]
}

export type Feeds = Readonly<Record<string, Float32Array | Int32Array>>
export type Results = Readonly<Record<string, Float32Array>>

export type Request =
  | { readonly kind: 'load'; readonly program: CompiledProgram }
  | { readonly kind: 'run'; readonly program: number; readonly feeds: Feeds }
  | { readonly kind: 'unload'; readonly program: number }
  | { readonly kind: 'close' }

export type Reply = { readonly results: Results } | { readonly error: string }

export interface WorkerSettings {
  /** Threads of one run (onnxruntime's intra-op threads). */
  readonly threads: number
}
