/** Where the head of a task starts, as the model says: made from the support set, or from the one meta-learned vector. */
import type { Artifact } from '../model/artifact.js'
import type { Features } from './features.js'
import { type Head, headFromPrototypes, headFromVector } from './head.js'
import type { Initialization } from './initialization.js'
import type { SupportSet } from './learner.js'

/** `width`: of the head; a regression has none. `features` are needed for prototypes, and compiled for that many examples. */
export async function startingHead(
  { name, head: spec }: Artifact,
  initialization: Initialization,
  features: Features | undefined,
  support: SupportSet,
  width: number,
): Promise<Head> {
  if (support.kind === 'regression') return new Float32Array(0)
  const { inputs, classOf, classes } = support
  const { body, head, meanFeature } = initialization
  if (spec?.kind !== 'prototypes') return headFromVector(head ?? new Float32Array(0), classes, width)
  if (!features) throw new Error(`${name} has no features to make a head from`)
  const { features: rows } = await features.of(body, initialization, inputs)
  const known = meanFeature && spec.prior ? { mean: meanFeature, prior: spec.prior } : undefined
  return headFromPrototypes(rows, classOf, classes, width, spec.scale, known)
}
