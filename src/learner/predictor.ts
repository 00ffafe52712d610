/** Predicts with adapted weights (predict-program.ts), for one class width and any number of queries. */
import type { Engine } from '../engine/engine.js'
import { type Artifact, inputSize } from '../model/artifact.js'
import { CompiledSizes } from './compiled-sizes.js'
import { rows, stacked } from './padding.js'
import { outputSize } from './parameters.js'
import { predictProgram } from './predict-program.js'
import { constantFeed, floats } from './vectors.js'

export class Predictor {
  private readonly inputSize: number
  private readonly outputSize: number

  private constructor(
    artifact: Artifact,
    classes: number,
    private readonly compiled: CompiledSizes,
  ) {
    this.inputSize = inputSize(artifact.input)
    this.outputSize = outputSize(artifact, classes)
  }

  /** `sizes`, growing: the numbers of queries to compile for; more are cut into several runs. */
  static async compile(
    engine: Engine,
    artifact: Artifact,
    classes: number,
    sizes: readonly number[],
  ): Promise<Predictor> {
    const compiled = await CompiledSizes.compile(
      engine,
      sizes,
      (examples) => (clients) => predictProgram(artifact, { classes, clients, examples }),
    )
    return new Predictor(artifact, classes, compiled)
  }

  /** One array of outputs a query: probabilities [width], or the values of a regression. */
  async outputs(
    weights: Float32Array,
    shared: Float32Array,
    statistics: Float32Array,
    inputs: readonly Float32Array[],
  ): Promise<Float32Array[]> {
    const answers: Float32Array[] = []
    while (answers.length < inputs.length) {
      const { size, executable } = this.compiled.fitting(inputs.length - answers.length)
      const part = inputs.slice(answers.length, answers.length + size)
      const results = await executable.run({
        ...constantFeed('weights', weights),
        ...constantFeed('shared', shared),
        ...constantFeed('statistics', statistics),
        x: { shape: [1, size, this.inputSize], data: stacked(part, size, this.inputSize) },
      })
      answers.push(...rows(floats(results, 'outputs'), part.length, this.outputSize))
    }
    return answers
  }

  dispose(): Promise<void> {
    return this.compiled.dispose()
  }
}
