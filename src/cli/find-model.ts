/** A model by what a user calls it: the name of a shipped one, the folder of one, or the folder of a run. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expectedTensors } from '../learner/initialization.js'
import type { Model } from '../model/artifact.js'
import { loadModel } from '../model/load.js'
import { modelsFolder, readRunSettings } from '../training/run/run-folder.js'
import type { RunSettings } from '../training/settings.js'
import { TrainingError } from '../training/training-error.js'

export interface FoundModel {
  readonly model: Model
  /** Of the run that made it, where its folder was named. */
  readonly run: RunSettings | undefined
}

const shipped = fileURLToPath(new URL('../../models', import.meta.url))

/** Throws TrainingError where there is none, ModelError where it is damaged. */
export async function findModel(name: string): Promise<FoundModel> {
  if (await holds(name, 'model.json')) return { model: await loadModel(name, expectedTensors), run: undefined }
  if (await holds(name, 'settings.json')) {
    const run = await readRunSettings(name)
    const folder = join(modelsFolder(name), run.model.name)
    if (!(await holds(folder, 'model.json')))
      throw new TrainingError(
        `The run in ${name} has no model yet: wait for it or go on with it (train --resume ${name}).`,
      )
    return { model: await loadModel(folder, expectedTensors), run }
  }
  if (!/[\\/]/.test(name) && (await holds(join(shipped, name), 'model.json')))
    return { model: await loadModel(join(shipped, name), expectedTensors), run: undefined }
  const names = (await readdir(shipped).catch(() => [])).sort().join(', ')
  throw new TrainingError(
    `There is no model ${name}: name the folder of a model or of a run, or a shipped model${names && ` (${names})`}.`,
  )
}

async function holds(folder: string, file: string): Promise<boolean> {
  return (await readdir(folder).catch(() => [] as string[])).includes(file)
}

/** What --model was given; commander's own message would hide an option that was misspelt. */
export function requireNamed<T>(given: T | undefined): T {
  if (given === undefined)
    throw new TrainingError('Name a model with --model: a shipped one, or the folder of a model or of a run.')
  return given
}
