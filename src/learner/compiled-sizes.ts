/** One program compiled for a few sizes: programs have static shapes, so what is smaller than a size is filled up to it. */
import type { Engine, Executable } from '../engine/engine.js'
import type { Program } from '../program/program.js'

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
    programFor: (size: number) => Program,
  ): Promise<CompiledSizes> {
    const compiled: CompiledSize[] = []
    for (const size of sizes) compiled.push({ size, executable: await engine.compile(programFor(size)) })
    const [first, ...others] = compiled
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
