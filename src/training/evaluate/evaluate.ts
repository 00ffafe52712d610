/** Measures a model on tasks it has not seen, by the paper's protocols and as it is served, after any numbers of inner steps. */
import type { Engine } from '../../engine/engine.js'
import { batchFor } from '../../learner/create-learner.js'
import { type Initialization, initializationOf, startingMoments } from '../../learner/initialization.js'
import { InnerLoop } from '../../learner/inner-loop.js'
import type { SupportSet } from '../../learner/learner.js'
import { derived, seeded } from '../../learner/random.js'
import { StartingHead } from '../../learner/starting-head.js'
import { concatenated } from '../../learner/vectors.js'
import type { Artifact, Model, WidthSettings } from '../../model/artifact.js'
import { at } from '../../program/program.js'
import type { Episode, TaskSource } from '../task.js'
import { TrainingError } from '../training-error.js'
import { type Metric, measured, type Point } from './figures.js'
import { inParallel } from './in-parallel.js'
import { Answers, type Protocol, protocols } from './protocols.js'
import { scoreOf } from './score.js'
import { stepwise } from './stepwise.js'

export interface EvaluationSettings {
  /** Classes of a task, 2 or more; 0 for regression. */
  readonly ways: number
  readonly shots: number
  /** Tasks, at least 2. */
  readonly episodes: number
  /** The same seed gives the same tasks, whatever else is set. */
  readonly seed: number
  /** Queries of each class (1 where not given, as in the paper), or of the one function (50). */
  readonly queries?: number | undefined
  /** Inner steps; a list is measured in one pass. What is not given comes from the model. */
  readonly steps?: number | readonly number[] | undefined
  readonly learningRate?: number | undefined
  /** Examples of an inner step; not given: as the server does it. */
  readonly batch?: number | undefined
  /** All three where not given. */
  readonly protocols?: readonly Protocol[] | undefined
}

export interface Evaluation {
  readonly model: string
  readonly metric: Metric
  readonly ways: number
  readonly shots: number
  readonly queries: number
  readonly episodes: number
  readonly seed: number
  readonly batch: number
  readonly learningRate: number
  /** For each protocol a point for each number of steps, growing. */
  readonly protocols: Readonly<Partial<Record<Protocol, readonly Point[]>>>
}

/**
 * All cores of the engine are busy, with twice as many tasks at a time as make progress; the figures do not depend on how many.
 * A classification whose inner loop diverged is wrong; an error of a regression that did is not a number. Throws TrainingError
 * where the settings fit neither model nor source.
 */
export async function evaluateModel(
  engine: Engine,
  model: Model,
  source: TaskSource,
  settings: EvaluationSettings,
  onProgress: (tasksDone: number) => void = () => {},
): Promise<Evaluation> {
  const { artifact } = model
  check(artifact, source, settings)
  const { ways, shots, episodes, seed } = settings
  const episode = episodeOf(settings)
  const { queries } = episode
  const wanted = protocols.filter((protocol) => settings.protocols?.includes(protocol) ?? true)
  const own = widthFor(artifact, ways)
  const batch = settings.batch ?? batchFor(own.batch, shots * Math.max(1, ways))
  const width = { ...own, batch, learningRate: settings.learningRate ?? own.learningRate }
  const stops = [...new Set([settings.steps ?? own.steps].flat())].sort((a, b) => a - b)
  const scores = wanted.map(() => stops.map(() => new Float64Array(episodes)))
  const examined = await Examined.compile(engine, model, width, episode, wanted)
  try {
    let done = 0
    await inParallel(episodes, 2 * engine.parallelism, async (index) => {
      const { support, queries: asked } = await source.draw(seeded(derived(seed, index, 0)), episode)
      const innerSeed = derived(seed, index, 1)
      for await (const { stop, protocol, score } of examined.scores(support, asked, wanted, stops, innerSeed))
        at(at(scores, protocol), stop)[index] = score
      onProgress(++done)
    })
  } finally {
    await examined.dispose()
  }
  return {
    model: artifact.name,
    metric: artifact.task === 'classification' ? 'accuracy' : 'squared error',
    ...{ ways, shots, queries, episodes, seed },
    batch: width.batch,
    learningRate: width.learningRate,
    protocols: Object.fromEntries(
      wanted.map((protocol, i) => [
        protocol,
        stops.map((steps, j): Point => ({ steps, ...measured(at(at(scores, i), j)) })),
      ]),
    ),
  }
}

/** What the tasks of an evaluation consist of. */
export function episodeOf({ ways, shots, queries }: Pick<EvaluationSettings, 'ways' | 'shots' | 'queries'>): Episode {
  return { ways, shots, queries: queries ?? (ways > 0 ? 1 : 50) }
}

/** A model with everything compiled for tasks of one size. */
class Examined {
  private constructor(
    private readonly initialization: Initialization,
    private readonly startingHead: StartingHead,
    private readonly width: WidthSettings,
    private readonly moments: Float32Array,
    private readonly innerLoop: InnerLoop,
    private readonly answers: Answers,
  ) {}

  static async compile(
    engine: Engine,
    model: Model,
    width: WidthSettings,
    { ways, shots, queries }: Episode,
    wanted: readonly Protocol[],
  ): Promise<Examined> {
    const { artifact } = model
    const initialization = initializationOf(model)
    const classes = Math.max(1, ways)
    const size = { support: classes * shots, queries: classes * queries }
    const answers = await Answers.compile(engine, artifact, initialization, size, width.classes, wanted)
    const innerLoop = await InnerLoop.compile(engine, artifact, width)
    const moments = startingMoments(artifact, initialization, width.classes)
    const startingHead = await StartingHead.compile(engine, artifact, width.classes)
    return new Examined(initialization, startingHead, width, moments, innerLoop, answers)
  }

  /** The score of every protocol (by its number in `wanted`) at every stop (by its number, too). */
  async *scores(
    support: SupportSet,
    queries: SupportSet,
    wanted: readonly Protocol[],
    stops: readonly number[],
    seed: number,
  ): AsyncGenerator<{ stop: number; protocol: number; score: number }, void, void> {
    const { initialization, width } = this
    const { body } = initialization
    const head = await this.startingHead.for(initialization, this.answers.features, support)
    const weights = concatenated(body, head)
    const run = { stops, learningRate: width.learningRate, seed }
    let stop = 0
    for await (const _ of stepwise(this.innerLoop, { weights, moments: this.moments }, initialization, support, run)) {
      for (const [protocol, name] of wanted.entries()) {
        const answers = await this.answers.of(name, weights, support.inputs, queries.inputs)
        yield { stop, protocol, score: scoreOf(queries, answers) }
      }
      stop++
    }
  }

  async dispose(): Promise<void> {
    await this.startingHead.dispose()
    await this.answers.dispose()
    await this.innerLoop.dispose()
  }
}

/** The model's settings for so many classes; for more than it was made for those of its widest head, as wide as is needed. */
export function widthFor({ innerLoop: { widths } }: Artifact, ways: number): WidthSettings {
  return widths.find(({ classes }) => classes >= ways) ?? { ...at(widths, widths.length - 1), classes: ways }
}

function check(artifact: Artifact, source: TaskSource, settings: EvaluationSettings): void {
  const { ways, shots, episodes, queries = 1, learningRate = 1, batch = 1 } = settings
  const isClassifier = artifact.task === 'classification'
  const steps = settings.steps === undefined ? [] : [settings.steps].flat()
  const whole = (what: string, value: number, least: number): void => {
    if (!Number.isSafeInteger(value) || value < least)
      throw new TrainingError(`${what} must be a whole number of at least ${least}, not ${value}.`)
  }
  if (isClassifier !== source.classes > 0)
    throw new TrainingError(
      isClassifier
        ? `${artifact.name} tells classes apart, but the data is of functions: evaluate it on classes.`
        : `${artifact.name} predicts values, but the data is of classes: evaluate it on regression data.`,
    )
  if (isClassifier) whole('The number of ways', ways, 2)
  else if (ways !== 0) throw new TrainingError(`${artifact.name} predicts values: leave the number of ways away.`)
  whole('The number of shots', shots, 1)
  whole('The number of episodes', episodes, 2)
  whole('The number of queries', queries, 1)
  whole('The inner batch', batch, 1)
  for (const count of steps) whole('The number of inner steps', count, 0)
  if (settings.steps !== undefined && steps.length === 0) throw new TrainingError('Name at least one number of steps.')
  if (!(learningRate > 0 && Number.isFinite(learningRate)))
    throw new TrainingError(`The learning rate must be above 0, not ${learningRate}.`)
  if (settings.protocols?.length === 0) throw new TrainingError(`Name at least one protocol: ${protocols.join(', ')}.`)
}
