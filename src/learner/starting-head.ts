/** Where the head of a task starts, as the model says: made from the support set, or from the one meta-learned vector. */
import type { Engine, Executable } from '../engine/engine.js'
import type { Artifact } from '../model/artifact.js'
import type { Features } from './features.js'
import { gaussianHeadProgram, gaussianOf } from './gaussian-head.js'
import { classMeans, emptyHead, type Head, headFromPrototypes, headFromVector } from './head.js'
import type { Initialization } from './initialization.js'
import type { ClassificationSupport, SupportSet } from './learner.js'
import { stacked } from './padding.js'
import { constantFeed, floats } from './vectors.js'

export class StartingHead {
  private constructor(
    private readonly artifact: Artifact,
    private readonly width: number,
    /** For heads that know the training data's classes. */
    private readonly gaussian: Executable | undefined,
  ) {}

  /** `width`: of the head; a regression has none. */
  static async compile(engine: Engine, artifact: Artifact, width: number): Promise<StartingHead> {
    const gaussian = gaussianOf(artifact) && (await engine.compile(gaussianHeadProgram(artifact, width)))
    return new StartingHead(artifact, width, gaussian)
  }

  /** `features` are needed for prototypes, and compiled for that many examples. */
  async for(initialization: Initialization, features: Features | undefined, support: SupportSet): Promise<Head> {
    const { name, head: spec } = this.artifact
    if (support.kind === 'regression') return new Float32Array(0)
    const { inputs, classOf, classes } = support
    const { body, head, classes: known } = initialization
    if (spec?.kind !== 'prototypes') return headFromVector(head ?? new Float32Array(0), classes, this.width)
    if (!features) throw new Error(`${name} has no features to make a head from`)
    const { features: rows } = await features.of(body, initialization, inputs)
    if (!this.gaussian || !known) return headFromPrototypes(rows, classOf, classes, this.width, spec.scale)
    return gaussianHead(this.gaussian, known, rows, support, this.width)
  }

  async dispose(): Promise<void> {
    await this.gaussian?.dispose()
  }
}

/** `program`: the Gaussian head's, compiled for that width; `known`: the classes of the training data. */
export async function gaussianHead(
  program: Executable,
  known: Float32Array,
  features: readonly Float32Array[],
  { classOf, classes }: Pick<ClassificationSupport, 'classOf' | 'classes'>,
  width: number,
): Promise<Head> {
  const prototypes = classMeans(features, classOf, classes).map((mean) => Float32Array.from(mean))
  const size = prototypes[0]?.length ?? 0
  const shots = new Float32Array(width).fill(1)
  for (let label = 0; label < classes; label++) shots[label] = classOf.filter((one) => one === label).length
  const found = await program.run({
    ...constantFeed('classes', known),
    prototypes: { shape: [1, width, size], data: stacked(prototypes, width, size) },
    shots: { shape: [1, width], data: shots },
    shares: { shape: [1, width], data: new Float32Array(width).fill(1 / classes, 0, classes) },
  })
  const head = emptyHead(width, size)
  head.set(floats(found, 'weight').subarray(0, classes * size))
  head.set(floats(found, 'bias').subarray(0, classes), width * size)
  return head
}
