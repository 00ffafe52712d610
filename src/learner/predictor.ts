/** Predicts with adapted weights (predict-program.ts), for one class width and any number of queries. */
import type { Engine, Executable } from '../engine/engine.js'
import type { Artifact } from '../model/artifact.js'
import { at } from '../program/program.js'
import { fittingSize, rows, stacked } from './padding.js'
import { featureSize } from './parameters.js'
import { predictProgram } from './predict-program.js'
import { layerShapes } from './shapes.js'

export class Predictor {
  private readonly inputSize: number
  private readonly outputSize: number

  private constructor(
    artifact: Artifact,
    classes: number,
    private readonly executables: ReadonlyMap<number, Executable>,
  ) {
    this.inputSize = at(layerShapes(artifact), 0).size
    this.outputSize = artifact.task === 'classification' ? classes : featureSize(artifact)
  }

  /** `sizes`, growing: the numbers of queries to compile for; more are cut into several runs. */
  static async compile(
    engine: Engine,
    artifact: Artifact,
    classes: number,
    sizes: readonly number[],
  ): Promise<Predictor> {
    const executables = new Map<number, Executable>()
    for (const examples of sizes)
      executables.set(examples, await engine.compile(predictProgram(artifact, { classes, clients: 1, examples })))
    return new Predictor(artifact, classes, executables)
  }

  /** One array of outputs a query: probabilities [width], or the values of a regression. */
  async outputs(
    weights: Float32Array,
    shared: Float32Array,
    statistics: Float32Array,
    inputs: readonly Float32Array[],
  ): Promise<Float32Array[]> {
    const results: Float32Array[] = []
    while (results.length < inputs.length) {
      const size = fittingSize([...this.executables.keys()], inputs.length - results.length)
      const part = inputs.slice(results.length, results.length + size)
      const { outputs } = await (this.executables.get(size) as Executable).run({
        weights: { shape: [1, weights.length], data: weights },
        ...(shared.length > 0 ? { shared: { shape: [1, shared.length], data: shared } } : {}),
        ...(statistics.length > 0 ? { statistics: { shape: [1, statistics.length], data: statistics } } : {}),
        x: { shape: [1, size, this.inputSize], data: stacked(part, size, this.inputSize) },
      })
      results.push(...rows(outputs?.data as Float32Array, part.length, this.outputSize))
    }
    return results
  }

  async dispose(): Promise<void> {
    for (const executable of this.executables.values()) await executable.dispose()
  }
}
