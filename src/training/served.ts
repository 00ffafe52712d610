/** From what a meta-training finds to what is served: what adapts may be less than what was trained, and priors are measured. */
import type { Engine } from '../engine/engine.js'
import { type Initialization, initializationOf, modelOf } from '../learner/initialization.js'
import type { Artifact } from '../model/artifact.js'
import { withPopulation } from './population.js'
import type { MetaSettings } from './settings.js'
import type { TaskSource } from './task.js'

/** The model as its meta-training has it: nothing of the data is measured yet, and inner loops may adapt more than those of clients. */
export function trainedArtifact(artifact: Artifact, { scope }: Pick<MetaSettings, 'scope'> = {}): Artifact {
  const { layers, head, innerLoop } = artifact
  return {
    ...artifact,
    layers: layers.map((layer) => (layer.type === 'batchNorm' ? { ...layer, prior: undefined } : layer)),
    ...(head?.kind === 'prototypes' && { head: { ...head, gaussian: undefined } }),
    innerLoop: { ...innerLoop, scope: scope ?? innerLoop.scope },
  }
}

/** `trained`: the initialization of the artifact as it was trained, on tasks of `source`. Throws TrainingError. */
export function servedInitialization(
  engine: Engine,
  artifact: Artifact,
  { meta, seed }: { readonly meta: Pick<MetaSettings, 'scope'>; readonly seed: number },
  trained: Initialization,
  source: TaskSource,
): Promise<Initialization> {
  // By name: what was adapted in training and is not any more is shared among clients.
  const own = initializationOf({ ...modelOf(trainedArtifact(artifact, meta), trained), artifact })
  return withPopulation(engine, artifact, own, source, seed)
}
