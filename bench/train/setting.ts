/** What is measured: meta-training with the paper's 5-way Omniglot setting (Reptile, section 6.1 and its appendix). */
import type { Artifact } from '../../src/model/artifact.js'
import { type MetaSettings, metaSchema } from '../../src/training/settings.js'
import { conv4, type Shape } from '../inner/shapes.js'

/** The mini-batch of an inner step. */
export const shape: Shape = { classes: 5, batch: 10 }

/** Half a meta-step, and no schedule: where a peer took a full one, its losses would show it. */
export const settings: MetaSettings = metaSchema.parse({
  iterations: 1_000_000,
  tasksPerStep: 5,
  metaStep: 0.5,
  schedule: 'constant',
  ways: shape.classes,
  shots: 10,
  batch: shape.batch,
  steps: 5,
  learningRate: 0.001,
})

/** So late that carried moments are warm: no side corrects their bias. */
export const FIRST_ITERATION = 500_000

/** Inner steps of a meta-iteration, over all its tasks. */
export const stepsPerIteration = settings.tasksPerStep * settings.steps

export const artifact: Artifact = {
  ...conv4,
  head: { kind: 'shared' },
  innerLoop: {
    ...conv4.innerLoop,
    widths: [{ ...shape, steps: settings.steps, learningRate: settings.learningRate }],
  },
}
