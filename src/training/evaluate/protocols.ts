/**
 * How the queries of a task are put to an adapted network. All three adapt alike; they differ in the examples whose statistics
 * batch norm uses. Without batch norms all three give the same answers.
 */
import type { Engine } from '../../engine/engine.js'
import { Features } from '../../learner/features.js'
import type { Initialization } from '../../learner/initialization.js'
import { featureSize } from '../../learner/parameters.js'
import { Predictor } from '../../learner/predictor.js'
import type { Artifact } from '../../model/artifact.js'
import { at } from '../../program/program.js'

/**
 * - `transductive`: all queries of the task at once, statistics of just these (paper, section 6.1, "transductive").
 * - `one-query`: each query on its own, statistics of the support set and that one query (the paper's non-transductive one).
 * - `served`: what POST /predict does, statistics of the support set alone (`Learner.predict`).
 */
export const protocols = ['transductive', 'one-query', 'served'] as const

export type Protocol = (typeof protocols)[number]

/** The shape of a task's data: programs have static shapes. */
export interface TaskSize {
  /** Examples of the support set, all classes together. */
  readonly support: number
  /** Queries, all classes together. */
  readonly queries: number
}

/** Answers the queries of tasks of one size, with a head of one width. */
export class Answers {
  private constructor(
    private readonly artifact: Artifact,
    private readonly initialization: Initialization,
    readonly width: number,
    readonly features: Features,
    private readonly predictor: Predictor | undefined,
  ) {}

  /** Compiles what the protocols need. `width`: of the head; 0 for regression. */
  static async compile(
    engine: Engine,
    artifact: Artifact,
    initialization: Initialization,
    { support, queries }: TaskSize,
    width: number,
    wanted: readonly Protocol[],
  ): Promise<Answers> {
    const sizes = [
      support,
      ...(wanted.includes('one-query') ? [support + 1] : []),
      ...(wanted.includes('transductive') ? [queries] : []),
    ]
    const growing = [...new Set(sizes)].sort((a, b) => a - b)
    const features = await Features.compile(engine, artifact, growing)
    const predictor = wanted.includes('served')
      ? await Predictor.compile(engine, artifact, width, [queries])
      : undefined
    return new Answers(artifact, initialization, width, features, predictor)
  }

  /** One array a query: a score for each class of the head (logits, or probabilities where served), or the output values. */
  async of(
    protocol: Protocol,
    weights: Float32Array,
    support: readonly Float32Array[],
    queries: readonly Float32Array[],
  ): Promise<Float32Array[]> {
    const { shared, body } = this.initialization
    const ownBody = weights.subarray(0, body.length)
    const head = weights.subarray(body.length)
    switch (protocol) {
      case 'transductive': {
        const { features } = await this.features.of(ownBody, this.initialization, queries)
        return features.map((row) => this.scores(head, row))
      }
      case 'one-query': {
        const scores: Float32Array[] = []
        for (const query of queries) {
          const { features } = await this.features.of(ownBody, this.initialization, [...support, query])
          scores.push(this.scores(head, at(features, support.length)))
        }
        return scores
      }
      case 'served': {
        if (!this.predictor) throw new Error('the protocol served was not compiled')
        const { statistics } = await this.features.of(ownBody, this.initialization, support)
        // A copy: the engine may keep what it has made of constant weights, and these go on changing.
        return this.predictor.outputs(Float32Array.from(weights), shared, statistics, queries)
      }
    }
  }

  async dispose(): Promise<void> {
    await this.features.dispose()
    await this.predictor?.dispose()
  }

  /** Logits W f + b of a head [width, F], [width]; a regression has no head, its last layer gives the values. */
  private scores(head: Float32Array, features: Float32Array): Float32Array {
    if (this.artifact.task === 'regression') return features
    const size = featureSize(this.artifact)
    return Float32Array.from({ length: this.width }, (_, row) => {
      let sum = at(head, this.width * size + row)
      for (let i = 0; i < size; i++) sum += at(head, row * size + i) * at(features, i)
      return sum
    })
  }
}
