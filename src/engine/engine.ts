/** What turns a Program into something that runs. Implementations: reference.ts, onnx/, tensorflow/ (one conformance suite for all). */
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

/** A program for any number of clients, each with an axis of its feeds and results; what has none is the same for all. */
export type ClientProgram = (clients: number) => Program

export interface Engine {
  readonly name: string
  /** How many runs make progress at the same time; more than that only wait. */
  readonly parallelism: number
  /**
   * How many times as much as a core of a CPU does in 25 ms a run should be: more where the way to the device and back costs more
   * than computing. 1 where not given.
   */
  readonly sliceLength?: number
  /** Compiles and warms a program; after this a run only computes. Throws EngineError. */
  compile(program: Program): Promise<Executable>
  /**
   * Compiles programs, each for one client a run. An engine that gains by it does runs of several clients that wait at the
   * same time in one; then they must be fed the same where the program has no axis for clients, and none changes what
   * another gets. What is constant and fed to several of the programs is kept once.
   */
  compileForClients(programs: readonly ClientProgram[]): Promise<Executable[]>
  /** Waits for what is running, then frees everything. */
  close(): Promise<void>
}

/** What one run is about. */
export interface Run {
  /** Their shapes must be the parameters' (EngineError otherwise). They may be shared memory, are only read, and must not change before the end. */
  readonly feeds: Tensors
  /** The outputs that are looked at; all of them where it is not given. */
  readonly wanted?: readonly string[] | undefined
  /**
   * Where outputs are put, by name and of their length; new memory is made for the others. A feed may be put into: it is read
   * before.
   */
  readonly into?: Readonly<Record<string, Float32Array>> | undefined
}

export interface Executable {
  run(feeds: Run['feeds'], wanted?: Run['wanted'], into?: Run['into']): Promise<Tensors>
  dispose(): Promise<void>
}

/** An engine that could not do what was asked: wrong feeds, a failed worker, a closed engine. */
export class EngineError extends Error {
  override readonly name: string = 'EngineError'
}

/** There is no memory for a run; the engine goes on, and smaller ones, or the same a little later, may do. */
export class OutOfMemoryError extends EngineError {
  override readonly name = 'OutOfMemoryError'
}
