/** A model with the plain head: every class starts from one shared vector instead of its prototype. */
import { initializationOf, tensorsOf } from '../../src/learner/initialization.js'
import { featureSize } from '../../src/learner/parameters.js'
import type { Artifact, Model } from '../../src/model/artifact.js'

/** The same body under a shared vector of zeros: at 0 steps all classes are equally likely, and only the inner loop can tell them apart. */
export function withSharedVector(model: Model): Model {
  const artifact: Artifact = { ...model.artifact, head: { kind: 'shared' } }
  const initialization = { ...initializationOf(model), head: new Float32Array(featureSize(artifact) + 1) }
  return { artifact, digest: `${model.digest}+shared`, tensors: tensorsOf(artifact, initialization) }
}
