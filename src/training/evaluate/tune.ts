/** Looks for the best settings: every choice is trained and measured on each fold of the training classes. */
import { createHash } from 'node:crypto'
import type { Engine } from '../../engine/engine.js'
import { seeded } from '../../learner/random.js'
import type { Model } from '../../model/artifact.js'
import { at } from '../../program/program.js'
import type { RunSettings } from '../settings.js'
import type { TaskSource } from '../task.js'
import { type EvaluationSettings, episodeOf, evaluateModel } from './evaluate.js'
import { better, formatted, type Measured, type Metric, unitOf } from './figures.js'
import type { Fold } from './folds.js'
import type { Protocol } from './protocols.js'
import { type Choice, withChoice } from './search.js'
import type { Table } from './table.js'
import { TrialLog } from './trial-log.js'

export interface TuneSettings {
  /** What the choices change. */
  readonly base: RunSettings
  /** From `grid` or `atRandom` (search.ts). */
  readonly choices: readonly Choice[]
  readonly folds: readonly Fold[]
  /** How a trained model is measured on a fold's held-out classes; the same tasks for every choice. */
  readonly evaluation: Omit<EvaluationSettings, 'protocols' | 'steps'> & {
    readonly steps?: number | undefined
    /** `served` where not given. */
    readonly protocol?: Protocol | undefined
  }
  /** Measured folds are kept here, and not measured again by the next search of the same settings and data (JSONL). */
  readonly log?: string | undefined
}

/** Meta-trains with some settings on a source; undefined where that diverged. Everything else that is thrown ends the search. */
export type TrainOnce = (settings: RunSettings, source: TaskSource) => Promise<Model | undefined>

export interface Trial extends Measured {
  readonly choice: Choice
  /** The figure of each fold; not a number where it diverged. */
  readonly folds: readonly Measured[]
}

/**
 * The trials, the best first (of equal ones the earlier choice). `interval` is that of the mean over the folds' tasks: what other
 * random weights would have given is not in it. Throws TrainingError for a choice or for folds that cannot be, before anything is trained.
 */
export async function tuneRun(
  engine: Engine,
  trainOnce: TrainOnce,
  { base, choices, folds, evaluation, log }: TuneSettings,
  onTrial: (trial: Trial, done: number) => void = () => {},
): Promise<Trial[]> {
  const { protocol = 'served', ...tasks } = evaluation
  const settings = choices.map((choice) => withChoice(base, choice))
  // Held-out classes that do not suffice are found now, not behind the first training.
  for (const { validation } of folds) await validation.draw(seeded(evaluation.seed), episodeOf(evaluation))
  const file = log === undefined ? undefined : await TrialLog.open(log, fingerprintOf(base, folds.length, evaluation))
  try {
    const known = new Map(file?.done.map((line) => [keyOf(line.choice, line.fold), line]))
    const trials: Trial[] = []
    for (const [index, choice] of choices.entries()) {
      const measured: Measured[] = []
      for (const [fold, { training, validation }] of folds.entries()) {
        const found = known.get(keyOf(choice, fold))
        if (found) {
          measured.push({ mean: found.mean ?? Number.NaN, interval: found.interval ?? Number.NaN })
          continue
        }
        const model = await trainOnce(at(settings, index), training)
        const own = { ...tasks, protocols: [protocol] }
        const result = model && (await evaluateModel(engine, model, validation, own))
        const { mean, interval } = result?.protocols[protocol]?.[0] ?? { mean: Number.NaN, interval: Number.NaN }
        measured.push({ mean, interval })
        // JSON has no NaN: null stands for it.
        const line = { choice, fold, mean: finite(mean), interval: finite(interval) }
        known.set(keyOf(choice, fold), line)
        await file?.add(line)
      }
      const trial = { choice, folds: measured, ...together(measured) }
      trials.push(trial)
      onTrial(trial, index + 1)
    }
    return trials.sort(byMean(metricOf(base)))
  } finally {
    await file?.close()
  }
}

/** One row a trial, in their order. */
export function tuneTable(trials: readonly Trial[], metric: Metric): Table {
  const paths = Object.keys(trials[0]?.choice ?? {})
  const folds = trials[0]?.folds.map((_, fold) => `fold ${fold + 1}`) ?? []
  return {
    head: ['', ...paths, unitOf(metric), ...folds],
    rows: trials.map(({ choice, folds: measured, ...mean }, place) => [
      String(place + 1),
      ...paths.map((path) => textOf(choice[path])),
      formatted(metric, mean),
      ...measured.map((one) => formatted(metric, one).replace(/ ±.*/, '')),
    ]),
  }
}

export function metricOf({ model }: RunSettings): Metric {
  return model.head === undefined ? 'squared error' : 'accuracy'
}

/** The mean of folds, each of which has an interval of its own. */
function together(folds: readonly Measured[]): Measured {
  const mean = folds.reduce((sum, fold) => sum + fold.mean, 0) / folds.length
  return { mean, interval: Math.hypot(...folds.map(({ interval }) => interval)) / folds.length }
}

function byMean(metric: Metric): (one: Measured, other: Measured) => number {
  return (one, other) => (better(metric, one.mean, other.mean) ? -1 : better(metric, other.mean, one.mean) ? 1 : 0)
}

function keyOf(choice: Choice, fold: number): string {
  return JSON.stringify([Object.entries(choice).sort(([a], [b]) => (a < b ? -1 : 1)), fold])
}

/** Of all that a figure depends on but the choice. */
function fingerprintOf(base: RunSettings, folds: number, evaluation: TuneSettings['evaluation']): string {
  return createHash('sha256').update(JSON.stringify({ base, folds, evaluation })).digest('hex')
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
