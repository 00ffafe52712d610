/** Looks at whole support sets: their features and batch-norm statistics (features-program.ts), for every size up to a limit. */
import type { Engine, Executable } from '../engine/engine.js'
import type { Artifact } from '../model/artifact.js'
import { at } from '../program/program.js'
import { featuresProgram, statisticsSize } from './features-program.js'
import { fittingSize, rows, stacked } from './padding.js'
import { featureSize } from './parameters.js'
import { layerShapes } from './shapes.js'

export interface SupportFeatures {
  /** One array of F numbers an example. */
  readonly features: readonly Float32Array[]
  /** Flat; empty without batch norms. */
  readonly statistics: Float32Array
}

export class Features {
  private readonly inputSize: number
  private readonly featureSize: number

  private constructor(
    private readonly artifact: Artifact,
    private readonly executables: ReadonlyMap<number, Executable>,
  ) {
    this.inputSize = at(layerShapes(artifact), 0).size
    this.featureSize = featureSize(artifact)
  }

  /** `sizes`, growing: the numbers of examples to compile for. */
  static async compile(engine: Engine, artifact: Artifact, sizes: readonly number[]): Promise<Features> {
    const executables = new Map<number, Executable>()
    for (const examples of sizes)
      executables.set(examples, await engine.compile(featuresProgram(artifact, { clients: 1, examples })))
    return new Features(artifact, executables)
  }

  get largest(): number {
    return Math.max(...this.executables.keys())
  }

  /** Features and statistics of at most `largest` inputs under the body's weights (a head behind them is not read). */
  async of(body: Float32Array, shared: Float32Array, inputs: readonly Float32Array[]): Promise<SupportFeatures> {
    const size = fittingSize([...this.executables.keys()], inputs.length)
    const exampleWeights = new Float32Array(size).fill(1 / inputs.length, 0, inputs.length)
    const results = await (this.executables.get(size) as Executable).run({
      ...(body.length > 0 ? { weights: { shape: [1, body.length], data: body } } : {}),
      ...(shared.length > 0 ? { shared: { shape: [1, shared.length], data: shared } } : {}),
      x: { shape: [1, size, this.inputSize], data: stacked(inputs, size, this.inputSize) },
      exampleWeights: { shape: [1, size], data: exampleWeights },
    })
    const features = rows(results.features?.data as Float32Array, inputs.length, this.featureSize)
    const statistics =
      statisticsSize(this.artifact) > 0 ? (results.statistics?.data as Float32Array) : new Float32Array(0)
    return { features, statistics }
  }

  async dispose(): Promise<void> {
    for (const executable of this.executables.values()) await executable.dispose()
  }
}
