/** One program compiled for a few sizes: programs have static shapes, so what is smaller than a size is filled up to it. */
import type { ClientProgram, Engine, Executable } from '../engine/engine.js'
import { at } from '../program/program.js'

export interface CompiledSize {
  readonly size: number
  readonly executable: Executable
}

export class CompiledSizes {
  /** Growing, at least one. */
  private constructor(private readonly compiled: readonly [CompiledSize, ...CompiledSize[]]) {}

  static async compile(
    engine: Engine,
    sizes: readonly number[],
    programFor: (size: number) => ClientProgram,
  ): Promise<CompiledSizes> {
    const executables = await engine.compileForClients(sizes.map(programFor))
    const [first, ...others] = executables.map((executable, place) => ({ size: at(sizes, place), executable }))
    if (!first) throw new Error('a program needs at least one size to be compiled for')
    return new CompiledSizes([first, ...others])
  }

  get largest(): CompiledSize {
    return this.compiled.at(-1) ?? this.compiled[0]
  }

  /** The smallest size that holds `count`, or the largest there is. */
  fitting(count: number): CompiledSize {
    return this.compiled.find(({ size }) => size >= count) ?? this.largest
  }

  async dispose(): Promise<void> {
    for (const { executable } of this.compiled) await executable.dispose()
  }
}
