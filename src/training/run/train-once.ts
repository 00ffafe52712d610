/** A meta-training without a folder, for searches that do many of them. */
import type { Engine } from '../../engine/engine.js'
import { modelOf } from '../../learner/initialization.js'
import type { Model } from '../../model/artifact.js'
import type { DataSet } from '../data/data-set.js'
import { MetaTrainer } from '../meta/meta-trainer.js'
import { servedInitialization, trainedArtifact } from '../served.js'
import type { RunSettings } from '../settings.js'
import type { TaskSource } from '../task.js'
import { DivergedError } from '../training-error.js'
import { artifactFor } from './trained-model.js'

/** Undefined where it diverged. Throws TrainingError where settings and data do not fit together. */
export async function trainOnce(
  engine: Engine,
  settings: RunSettings,
  data: DataSet,
  source: TaskSource,
): Promise<Model | undefined> {
  const artifact = artifactFor(settings, data)
  const trainer = await MetaTrainer.create(
    engine,
    trainedArtifact(artifact, settings.meta),
    settings.meta,
    source,
    settings.seed,
  )
  try {
    let state = trainer.start()
    while (state.iteration < settings.meta.iterations) state = (await trainer.step(state)).state
    return modelOf(artifact, await servedInitialization(engine, artifact, settings, state.initialization, source))
  } catch (error) {
    if (error instanceof DivergedError) return undefined
    throw error
  } finally {
    await trainer.close()
  }
}
