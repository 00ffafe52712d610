/** One meta-training from its folder to its model and report. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Engine } from '../../engine/engine.js'
import { type Initialization, modelOf } from '../../learner/initialization.js'
import { seeded } from '../../learner/random.js'
import type { Artifact } from '../../model/artifact.js'
import type { DataSet } from '../data/data-set.js'
import { openData } from '../data/open-data.js'
import { episodeOf, evaluateModel } from '../evaluate/evaluate.js'
import type { MetaState } from '../meta/meta-state.js'
import { MetaTrainer } from '../meta/meta-trainer.js'
import { withPopulation } from '../population.js'
import { writeReport } from '../report/report.js'
import { replaceFile } from './atomic-file.js'
import { dataHash } from './fingerprint.js'
import type { Validation } from './metrics.js'
import { reportOf } from './report-of.js'
import { originFile, type RunFolder } from './run-folder.js'
import { artifactFor, saveTrained } from './trained-model.js'
import { type RunEnd, type RunWork, runTraining } from './training-run.js'

export interface TrainSettings extends Pick<RunWork, 'watch' | 'signal' | 'now'> {
  /** What was called, for the model's provenance; of a run that goes on the first one counts. */
  readonly command: string
  /** Told what was found, a sentence a line. */
  say(line: string): void
}

/** Trains until the end or the signal. Throws TrainingError; what was reached by then is in the folder. */
export async function train(engine: Engine, folder: RunFolder, settings: TrainSettings): Promise<RunEnd> {
  const { data: dataSettings, meta, seed } = folder.settings
  const data = await openData(dataSettings, seed)
  settings.say(`data: ${data.summary}`)
  const artifact = artifactFor(folder.settings, data)
  const command = await originOf(folder, settings.command)
  const hash = await dataHash(data, folder.settings)
  const measured = measurements(folder, data)
  await measured.check()
  const trainer = await MetaTrainer.create(engine, artifact, meta, data.training, seed)
  try {
    const served = (initialization: Initialization) =>
      withPopulation(engine, artifact, initialization, data.training, seed)
    const end = await runTraining(folder, {
      ...settings,
      trainer,
      data: hash,
      validate: async (initialization) => measured.of(engine, artifact, await served(initialization)),
      save: async ({ iteration, initialization }: MetaState, reached: readonly Validation[]) => {
        const found = { data: data.summary, ...data.provenance, iterations: iteration, reached }
        return saveTrained(folder.models, artifact, await served(initialization), {
          command,
          ...folder.settings,
          ...found,
        })
      },
    })
    await writeReport(folder.path, await reportOf(engine, folder, { artifact, data, command, end }))
    return end
  } finally {
    await trainer.close()
  }
}

/** On classes (or functions) that training never sees, as a server would answer. */
function measurements({ settings: { meta, validation, seed } }: RunFolder, { validation: source, outputs }: DataSet) {
  const isRegression = outputs !== undefined
  const none = !isRegression && source.classes === 0
  const kinds = none ? [] : validation.shots.map((shots) => ({ ways: meta.ways, shots }))
  return {
    /** Before hours of training: that such tasks can be drawn. */
    async check(): Promise<void> {
      for (const kind of kinds) await source.draw(seeded(seed), episodeOf(kind))
    },
    async of(engine: Engine, artifact: Artifact, initialization: Initialization): Promise<Validation[]> {
      const found: Validation[] = []
      for (const kind of kinds) {
        const tasks = { ...kind, episodes: Math.max(2, validation.tasks), seed, protocols: ['served'] as const }
        const { protocols, metric } = await evaluateModel(engine, modelOf(artifact, initialization), source, tasks)
        const point = protocols.served?.at(-1)
        if (!point) continue
        const { mean, interval } = point
        found.push({ ...kind, [metric === 'accuracy' ? 'accuracy' : 'error']: mean, interval })
      }
      return found
    },
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
