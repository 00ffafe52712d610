/** Where the heads of meta-training's tasks start. */
import type { Engine } from '../../engine/engine.js'
import { Features } from '../../learner/features.js'
import type { Initialization } from '../../learner/initialization.js'
import type { ClassificationSupport, SupportSet } from '../../learner/learner.js'
import { StartingHead } from '../../learner/starting-head.js'
import type { Artifact } from '../../model/artifact.js'
import { at } from '../../program/program.js'

export class StartingHeads {
  private constructor(
    private readonly head: StartingHead,
    /** For heads from prototypes. */
    private readonly features: Features | undefined,
  ) {}

  /** `ways`: the classes of a task. */
  static async compile(engine: Engine, artifact: Artifact, ways: number): Promise<StartingHeads> {
    const fromPrototypes = artifact.head?.kind === 'prototypes'
    const head = await StartingHead.compile(engine, artifact, ways)
    return new StartingHeads(head, fromPrototypes ? await Features.compile(engine, artifact, [ways]) : undefined)
  }

  /** The head for a task, as wide as the task has classes; nothing for a regression. */
  async for(initialization: Initialization, support: SupportSet): Promise<Float32Array> {
    // One example a class: prototypes from more of what the inner loop sees leave it nothing to learn.
    const seen = this.features && support.kind === 'classification' ? firstOfEachClass(support) : support
    return this.head.for(initialization, this.features, seen)
  }

  async dispose(): Promise<void> {
    await this.head.dispose()
    await this.features?.dispose()
  }
}

function firstOfEachClass({ inputs, classOf, classes }: ClassificationSupport): ClassificationSupport {
  const labels = Array.from({ length: classes }, (_, label) => label)
  return {
    kind: 'classification',
    classes,
    inputs: labels.map((label) => at(inputs, classOf.indexOf(label))),
    classOf: labels,
  }
}
