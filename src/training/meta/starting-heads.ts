/** Where the heads of meta-training's tasks start. */
import type { Engine } from '../../engine/engine.js'
import { Features } from '../../learner/features.js'
import { headFromPrototypes, headFromVector } from '../../learner/head.js'
import type { Initialization } from '../../learner/initialization.js'
import type { ClassificationSupport, SupportSet } from '../../learner/learner.js'
import type { Artifact } from '../../model/artifact.js'
import { at } from '../../program/program.js'

export class StartingHeads {
  private constructor(
    private readonly artifact: Artifact,
    /** For heads from prototypes. */
    private readonly features: Features | undefined,
  ) {}

  /** `ways`: the classes of a task. */
  static async compile(engine: Engine, artifact: Artifact, ways: number): Promise<StartingHeads> {
    const fromPrototypes = artifact.head?.kind === 'prototypes'
    return new StartingHeads(artifact, fromPrototypes ? await Features.compile(engine, artifact, [ways]) : undefined)
  }

  /** The head for a task, as wide as the task has classes; nothing for a regression. */
  async for({ body, shared, head }: Initialization, support: SupportSet): Promise<Float32Array> {
    if (support.kind === 'regression') return new Float32Array(0)
    if (head) return headFromVector(head, support.classes, support.classes)
    if (!this.features || this.artifact.head?.kind !== 'prototypes')
      throw new Error(`${this.artifact.name} has no head to start from`)
    // One example a class: prototypes from more of what the inner loop sees leave it nothing to learn.
    const first = firstOfEachClass(support)
    const { features } = await this.features.of(body, shared, first)
    const classOf = first.map((_, label) => label)
    return headFromPrototypes(features, classOf, support.classes, support.classes, this.artifact.head.scale)
  }

  async dispose(): Promise<void> {
    await this.features?.dispose()
  }
}

function firstOfEachClass({ inputs, classOf, classes }: ClassificationSupport): Float32Array[] {
  return Array.from({ length: classes }, (_, label) => at(inputs, classOf.indexOf(label)))
}
