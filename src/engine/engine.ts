/** What turns a Program into something that runs. Implementations: reference.ts, onnx/ (one conformance suite for all). */
import type { Program } from '../program/program.js'

/** Row-major. */
export interface Tensor {
  readonly shape: readonly number[]
  readonly data: Float32Array | Int32Array
  /** Floats that never change, so that an engine which is fed the same array again may keep what it has made of it. */
  readonly constant?: true
}

/** By the name of the program's parameter or output. */
export type Tensors = Readonly<Record<string, Tensor>>

export interface Engine {
  readonly name: string
  /** How many runs make progress at the same time; more than that only wait. */
  readonly parallelism: number
  /** Compiles and warms a program; after this a run only computes. Throws EngineError. */
  compile(program: Program): Promise<Executable>
  /** Waits for what is running, then frees everything. */
  close(): Promise<void>
}

export interface Executable {
  /**
   * Runs once. The feeds' shapes must be the parameters' (EngineError otherwise). They may be shared memory and are only read.
   * `wanted`: the outputs that are looked at; all of them where it is not given. `into`: where they are put, by name and of
   * their length; new memory is made for the others. A feed may be put into: it is read before.
   */
  run(feeds: Tensors, wanted?: readonly string[], into?: Readonly<Record<string, Float32Array>>): Promise<Tensors>
  dispose(): Promise<void>
}

/** An engine that could not do what was asked: wrong feeds, a failed worker, a closed engine. */
export class EngineError extends Error {
  override readonly name = 'EngineError'
}
