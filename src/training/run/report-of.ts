/** What the report page of a run shows: its metrics, and how the model answers tasks of held-out classes. */
import type { Engine } from '../../engine/engine.js'
import { createLearner } from '../../learner/create-learner.js'
import { type Initialization, modelOf } from '../../learner/initialization.js'
import type { Learner } from '../../learner/learner.js'
import type { Artifact } from '../../model/artifact.js'
import type { DataSet } from '../data/data-set.js'
import { isEmpty, queriesBeside } from '../data/room.js'
import { episodeOf } from '../evaluate/evaluate.js'
import { findConfusions } from '../report/find-confusions.js'
import type { ReportData } from '../report/report-data.js'
import { sampleFunctions } from '../report/sample-functions.js'
import { sampleTasks } from '../report/sample-tasks.js'
import type { RunSettings } from '../settings.js'
import type { Episode, TaskSource } from '../task.js'
import type { Measuring } from './measurements.js'
import type { RunFolder } from './run-folder.js'
import type { RunEnd } from './training-run.js'

export interface Reported {
  readonly artifact: Artifact
  readonly data: DataSet
  readonly command: string
  readonly end: RunEnd
  /** What is served of what was trained. */
  served(trained: Initialization): Promise<Initialization>
  readonly measuring: Measuring
}

const samples = 3
/** Of each class: with more of them, mistakes are seen. */
const queriesShown = 3
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
  const { artifact, data, end, served, measuring } = reported
  const { ways } = settings.meta
  const { seed } = settings
  const source = data.validation
  if (isEmpty(source) || source.classes < ways) return {}
  const episode = shownEpisode(source, settings)
  const classes = Math.max(1, ways)
  // Only what is asked here: every further width and size would be compiled for nothing.
  const widths = artifact.innerLoop.widths.filter(({ classes }) => classes >= ways).slice(0, 1)
  const initialization = await served(end.state.initialization)
  const model = modelOf({ ...artifact, innerLoop: { ...artifact.innerLoop, widths } }, initialization)
  const sizes = { supports: [classes * episode.shots], queries: [classes * episode.queries] }
  const learner: Learner = await createLearner(model, engine, sizes)
  try {
    const { input } = artifact
    if (ways === 0) return { regression: await sampleFunctions(learner, source, { episode, tasks: samples, seed }) }
    return {
      samples: await sampleTasks(learner, source, { input, episode, tasks: samples, seed }),
      confusion: await findConfusions(learner, source, { input, episode, tasks: confusionTasks, seed }, (done) =>
        measuring(episode, done, confusionTasks),
      ),
    }
  } finally {
    await learner.close()
  }
}

/**
 * Classes with the fewest shots, the hardest of what is measured: with the most, nearly all answers are right and there is nothing
 * to be seen. A function with the most, for few points do not make a curve.
 */
function shownEpisode(source: TaskSource, { meta: { ways }, validation }: RunSettings): Episode {
  const shots = ways > 0 ? Math.min(...validation.shots) : Math.max(...validation.shots)
  const most = ways > 0 ? queriesShown : episodeOf({ ways, shots }).queries
  return { ways, shots, queries: queriesBeside(source, shots, most) }
}
