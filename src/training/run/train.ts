/** One meta-training from its folder to its model and report. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Engine } from '../../engine/engine.js'
import type { Initialization } from '../../learner/initialization.js'
import { openData } from '../data/open-data.js'
import type { MetaState } from '../meta/meta-state.js'
import { MetaTrainer } from '../meta/meta-trainer.js'
import { requireMeasurable } from '../population.js'
import { writeReport } from '../report/report.js'
import { servedInitialization, trainedArtifact } from '../served.js'
import { replaceFile } from './atomic-file.js'
import { dataHash } from './fingerprint.js'
import { ImageCheck } from './image-check.js'
import { Measurements, type Measuring } from './measurements.js'
import type { Validation } from './metrics.js'
import { reportOf } from './report-of.js'
import { originFile, type RunFolder } from './run-folder.js'
import { artifactFor, saveTrained } from './trained-model.js'
import { type RunEnd, type RunWork, runTraining, type Trainer } from './training-run.js'

export interface TrainSettings extends Pick<RunWork, 'watch' | 'finishing' | 'signal' | 'now'> {
  /** What was called, for the model's provenance; of a run that goes on the first one counts. */
  readonly command: string
  /** Told what the data are, once nothing stands in the way of the first meta-iteration. */
  begun(summary: string): void
  readonly measuring: Measuring
}

/** Trains until the end or the signal. Throws TrainingError; what was reached by then is in the folder. */
export async function train(engine: Engine, folder: RunFolder, settings: TrainSettings): Promise<RunEnd> {
  const { data: dataSettings, meta, seed } = folder.settings
  const data = await openData(dataSettings, seed)
  const artifact = artifactFor(folder.settings, data)
  const command = await originOf(folder, settings.command)
  const hash = await dataHash(data, folder.settings)
  const measured = new Measurements(folder.settings, data)
  await measured.check()
  requireMeasurable(artifact, data.training)
  const trainer = await MetaTrainer.create(engine, trainedArtifact(artifact, meta), meta, data.training, seed)
  const images = new ImageCheck([data.training, data.validation])
  try {
    settings.begun(data.summary)
    const served = remembered((trained: Initialization) =>
      servedInitialization(engine, artifact, folder.settings, trained, data.training),
    )
    const end = await runTraining(folder, {
      ...settings,
      trainer: whileSound(images, trainer),
      data: hash,
      validate: async (initialization) =>
        measured.of(engine, artifact, await served(initialization), settings.measuring),
      save: async ({ iteration, initialization }: MetaState, reached: readonly Validation[]) => {
        const found = { data: data.summary, ...data.provenance, iterations: iteration, reached }
        return saveTrained(folder.models, artifact, await served(initialization), {
          command,
          ...folder.settings,
          ...found,
        })
      },
    })
    await images.stop()
    const { measuring } = settings
    await writeReport(folder.path, await reportOf(engine, folder, { artifact, data, command, end, served, measuring }))
    return end
  } finally {
    await images.stop()
    await trainer.close()
  }
}

/** Ends the training, as one that cannot go on, at the first meta-iteration behind the finding of a damaged image. */
function whileSound(images: ImageCheck, trainer: Trainer): Trainer {
  return {
    start: () => trainer.start(),
    step: async (state) => {
      images.requireSound()
      return trainer.step(state)
    },
  }
}

/** Keeps the last result: at its end a model is measured, saved and shown. */
function remembered<Input, Output>(of: (input: Input) => Output): (input: Input) => Output {
  let last: { readonly input: Input; readonly output: Output } | undefined
  return (input) => {
    if (last?.input !== input) last = { input, output: of(input) }
    return last.output
  }
}

const originSchema = z.object({ command: z.string() })

/** The command that began the run. */
async function originOf({ path }: RunFolder, command: string): Promise<string> {
  const file = originFile(path)
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text !== undefined) return originSchema.parse(JSON.parse(text)).command
  await replaceFile(file, `${JSON.stringify({ command })}\n`)
  return command
}
