/** Looks at whole support sets: their features and batch-norm statistics (features-program.ts), for every size up to a limit. */
import type { Engine } from '../engine/engine.js'
import { type Artifact, inputSize } from '../model/artifact.js'
import { CompiledSizes } from './compiled-sizes.js'
import { featuresProgram, statisticsSize } from './features-program.js'
import type { Initialization } from './initialization.js'
import { rows, stacked } from './padding.js'
import { featureSize } from './parameters.js'
import { populationFeeder } from './population.js'
import { constantFeed, floats, vectorFeed } from './vectors.js'

export interface SupportFeatures {
  /** One array of F numbers an example. */
  readonly features: readonly Float32Array[]
  /** Flat; empty without batch norms. */
  readonly statistics: Float32Array
}

export class Features {
  private readonly inputSize: number
  private readonly featureSize: number
  private readonly hasStatistics: boolean
  private readonly populationFeeds: ReturnType<typeof populationFeeder>

  private constructor(
    artifact: Artifact,
    private readonly compiled: CompiledSizes,
  ) {
    this.inputSize = inputSize(artifact.input)
    this.featureSize = featureSize(artifact)
    this.hasStatistics = statisticsSize(artifact) > 0
    this.populationFeeds = populationFeeder(artifact)
  }

  /** `sizes`, growing: the numbers of examples to compile for. */
  static async compile(engine: Engine, artifact: Artifact, sizes: readonly number[]): Promise<Features> {
    const compiled = await CompiledSizes.compile(
      engine,
      sizes,
      (examples) => (clients) => featuresProgram(artifact, { clients, examples }),
    )
    return new Features(artifact, compiled)
  }

  get largest(): number {
    return this.compiled.largest.size
  }

  /** Features and statistics of at most `largest` inputs under the body's weights (a head behind them is not read). */
  async of(
    body: Float32Array,
    {
      body: base,
      shared,
      population,
    }: Pick<Initialization, 'shared' | 'population'> & Partial<Pick<Initialization, 'body'>>,
    inputs: readonly Float32Array[],
  ): Promise<SupportFeatures> {
    const { size, executable } = this.compiled.fitting(inputs.length)
    const exampleWeights = new Float32Array(size).fill(1 / inputs.length, 0, inputs.length)
    const results = await executable.run({
      ...(body === base ? constantFeed : vectorFeed)('weights', body),
      ...constantFeed('shared', shared),
      x: { shape: [1, size, this.inputSize], data: stacked(inputs, size, this.inputSize) },
      exampleWeights: { shape: [1, size], data: exampleWeights },
      ...this.populationFeeds(population, inputs.length),
    })
    const features = rows(floats(results, 'features'), inputs.length, this.featureSize)
    const statistics = this.hasStatistics ? floats(results, 'statistics') : new Float32Array(0)
    return { features, statistics }
  }

  dispose(): Promise<void> {
    return this.compiled.dispose()
  }
}
