/** An initialization against others, and against none: how well each does after any number of inner steps, on the same tasks. */
import type { Engine } from '../../engine/engine.js'
import type { Model } from '../../model/artifact.js'
import type { TaskSource } from '../task.js'
import { TrainingError } from '../training-error.js'
import { type EvaluationSettings, evaluateModel } from './evaluate.js'
import type { Metric, Point } from './figures.js'
import type { Protocol } from './protocols.js'

export interface Contender {
  /** As the table and the plot call it. */
  readonly name: string
  readonly model: Model
  /** Its own where another than the model's suits it better. */
  readonly learningRate?: number | undefined
}

export interface ComparisonSettings extends Omit<EvaluationSettings, 'steps' | 'protocols' | 'learningRate'> {
  /** Inner steps to look at. */
  readonly steps: readonly number[]
  /** `served` where not given. */
  readonly protocol?: Protocol | undefined
}

export interface Comparison {
  readonly metric: Metric
  readonly protocol: Protocol
  readonly ways: number
  readonly shots: number
  readonly episodes: number
  readonly seed: number
  /** In the order of the contenders; every one has a point for each number of steps, growing. */
  readonly rows: readonly { readonly name: string; readonly learningRate: number; readonly points: readonly Point[] }[]
}

/** One contender after the other, each with all cores. Throws TrainingError where a model does not fit the tasks. */
export async function compareModels(
  engine: Engine,
  contenders: readonly Contender[],
  source: TaskSource,
  { protocol = 'served', ...settings }: ComparisonSettings,
  onProgress: (name: string, tasksDone: number) => void = () => {},
): Promise<Comparison> {
  const rows: Comparison['rows'][number][] = []
  let metric: Metric = 'accuracy'
  if (contenders.length === 0) throw new TrainingError('Name at least one model to compare.')
  for (const { name, model, learningRate } of contenders) {
    const own = { ...settings, learningRate, protocols: [protocol] }
    const evaluation = await evaluateModel(engine, model, source, own, (tasks) => onProgress(name, tasks))
    metric = evaluation.metric
    rows.push({ name, learningRate: evaluation.learningRate, points: evaluation.protocols[protocol] ?? [] })
  }
  const { ways, shots, episodes, seed } = settings
  return { metric, protocol, ways, shots, episodes, seed, rows }
}
