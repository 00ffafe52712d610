/** The model that a run makes: its model.json from settings and data, and its weights as far as they have come. */
import { join } from 'node:path'
import { type Initialization, tensorsOf } from '../../learner/initialization.js'
import { type Artifact, artifactSchema } from '../../model/artifact.js'
import { saveModel } from '../../model/save.js'
import type { DataSet } from '../data/data-set.js'
import type { RunSettings } from '../settings.js'
import { TrainingError } from '../training-error.js'
import { writeFault } from './atomic-file.js'

/** Throws TrainingError where the model cannot learn from such data. */
export function artifactFor({ model }: RunSettings, { input, outputs }: DataSet): Artifact {
  const last = model.layers.at(-1)
  const units = last?.type === 'dense' ? last.units : undefined
  if (outputs !== undefined && units !== outputs)
    throw new TrainingError(
      `The data have ${outputs} values to predict, so the last of model.layers must be dense with ${outputs} units.`,
    )
  const task = outputs === undefined ? 'classification' : 'regression'
  const weights = { file: 'weights.safetensors', sha256: '0'.repeat(64) }
  const result = artifactSchema.safeParse({ formatVersion: 1, ...model, task, input, weights, provenance: {} })
  if (!result.success)
    throw new TrainingError(`The model of the settings cannot be: ${result.error.issues[0]?.message ?? 'check model'}.`)
  return result.data
}

/** Writes MODELS/<name>/. Throws TrainingError where the disk does not take it. */
export async function saveTrained(
  models: string,
  artifact: Artifact,
  initialization: Initialization,
  provenance: Record<string, unknown>,
): Promise<void> {
  const folder = join(models, artifact.name)
  const { weights: _, ...description } = artifact
  await saveModel(folder, { ...description, provenance }, tensorsOf(artifact, initialization)).catch((error) => {
    throw writeFault(error, folder)
  })
}
