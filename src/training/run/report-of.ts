/** What the report page of a run shows: its metrics, and how the model answers tasks of held-out classes. */
import type { Engine } from '../../engine/engine.js'
import { createLearner } from '../../learner/create-learner.js'
import { modelOf } from '../../learner/initialization.js'
import type { Learner } from '../../learner/learner.js'
import type { Artifact } from '../../model/artifact.js'
import type { DataSet } from '../data/data-set.js'
import { episodeOf } from '../evaluate/evaluate.js'
import { withPopulation } from '../population.js'
import { findConfusions } from '../report/find-confusions.js'
import type { ReportData } from '../report/report-data.js'
import { sampleFunctions } from '../report/sample-functions.js'
import { sampleTasks } from '../report/sample-tasks.js'
import type { RunFolder } from './run-folder.js'
import type { RunEnd } from './training-run.js'

export interface Reported {
  readonly artifact: Artifact
  readonly data: DataSet
  readonly command: string
  readonly end: RunEnd
}

const samples = 3
const confusionTasks = 100

/** A run that was left before its end has no samples: it is asked to stop quickly. */
export async function reportOf(engine: Engine, folder: RunFolder, reported: Reported): Promise<ReportData> {
  const { data, command, end } = reported
  const { settings } = folder
  const tasks = settings.validation.tasks
  return {
    title: settings.model.name,
    summary: data.summary,
    command,
    settings,
    metrics: await folder.metrics.read(),
    final: end.validation.map((figure) => ({ ...figure, protocol: 'served', tasks })),
    ...(end.finished && (await examplesOf(engine, folder, reported))),
  }
}

async function examplesOf(engine: Engine, { settings }: RunFolder, reported: Reported): Promise<Partial<ReportData>> {
  const { artifact, data, end } = reported
  const { ways } = settings.meta
  const { seed } = settings
  const source = data.validation
  if (ways > 0 && source.classes < ways) return {}
  const shots = Math.max(...settings.validation.shots)
  const episode = episodeOf({ ways, shots })
  const classes = Math.max(1, ways)
  // Only what is asked here: every further width and size would be compiled for nothing.
  const widths = artifact.innerLoop.widths.filter(({ classes }) => classes >= ways).slice(0, 1)
  const trained = await withPopulation(engine, artifact, end.state.initialization, data.training, settings.seed)
  const model = modelOf({ ...artifact, innerLoop: { ...artifact.innerLoop, widths } }, trained)
  const sizes = { supports: [classes * shots], queries: [classes * episode.queries] }
  const learner: Learner = await createLearner(model, engine, sizes)
  try {
    const { input } = artifact
    if (ways === 0) return { regression: await sampleFunctions(learner, source, { episode, tasks: samples, seed }) }
    return {
      samples: await sampleTasks(learner, source, { input, episode, tasks: samples, seed }),
      confusion: await findConfusions(learner, source, { input, episode, tasks: confusionTasks, seed }),
    }
  } finally {
    await learner.close()
  }
}
