/** Draws the functions that a report page shows, with a learner's predictions by inner step. */
import type { Learner, RegressionSupport } from '../../learner/learner.js'
import { derived, seeded } from '../../learner/random.js'
import { at } from '../../program/program.js'
import type { Episode, TaskSource } from '../task.js'
import { TrainingError } from '../training-error.js'
import type { Point, Prediction, SampleFunction } from './report-data.js'
import { unlessDiverged } from './sample-tasks.js'

export interface FunctionSettings {
  readonly episode: Episode
  readonly tasks: number
  readonly seed: number
  /** Numbers of inner steps to be shown, growing; default: 0, 1, a few, and the model's own. */
  readonly steps?: readonly number[] | undefined
}

/** The same seed gives the same functions and predictions. Throws TrainingError where the source has classes; LearnerError. */
export async function sampleFunctions(
  learner: Learner,
  source: TaskSource,
  { episode, tasks, seed, steps = stepsToShow(learner.settingsFor(0).steps) }: FunctionSettings,
): Promise<SampleFunction[]> {
  const samples: SampleFunction[] = []
  for (let task = 0; task < tasks; task++) {
    const { support, queries } = await source.draw(seeded(derived(seed, task, 0)), episode)
    if (support.kind !== 'regression' || queries.kind !== 'regression')
      throw new TrainingError('These tasks have classes and are no functions: show them as sample tasks.')
    const isCurve = queries.inputs[0]?.length === 1 && queries.targets[0]?.length === 1
    const predictions = await Promise.all(
      steps.map((count) => prediction(learner, support, queries, count, derived(seed, task, 1), isCurve)),
    )
    const curve = (of: RegressionSupport) =>
      isCurve ? sorted(of.inputs.map((x, i) => [at(x, 0), at(at(of.targets, i), 0)])) : []
    samples.push({ kind: isCurve ? 'curve' : 'outputs', support: curve(support), truth: curve(queries), predictions })
  }
  return samples
}

async function prediction(
  learner: Learner,
  support: RegressionSupport,
  { inputs, targets }: RegressionSupport,
  steps: number,
  seed: number,
  isCurve: boolean,
): Promise<Prediction> {
  const adaptation = await unlessDiverged(learner.adapt(support, { seed, steps }))
  if (!adaptation) return { steps, points: [], error: null }
  const outputs = await learner.predict(adaptation, inputs)
  const pairs = outputs.flatMap((output, i) => [...output].map((value, k): Point => [at(at(targets, i), k), value]))
  const error = pairs.reduce((sum, [target, value]) => sum + (value - target) ** 2, 0) / pairs.length
  const points = isCurve ? inputs.map((x, i): Point => [at(x, 0), at(at(outputs, i), 0)]) : pairs
  return { steps, points: sorted(points), error }
}

/** 32 -> 0, 1, 6, 32: evenly spaced to the eye, which sees how much a step changes. */
export function stepsToShow(own: number): number[] {
  const between = Math.round(Math.sqrt(own))
  return [...new Set([0, Math.min(1, own), between, own])].sort((a, b) => a - b)
}

function sorted(points: readonly Point[]): Point[] {
  return [...points].sort(([a], [b]) => a - b)
}
