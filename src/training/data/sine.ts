/** The paper's sine waves (section 4, figure 1): amplitude 0.1 to 5 and any phase, on -5 to 5. */
import type { RegressionSupport } from '../../learner/learner.js'
import { fraction, type Random } from '../../learner/random.js'
import type { Episode, Task, TaskSource } from '../task.js'
import type { DataSet } from './data-set.js'

const left = -5
const right = 5

export class SineSource implements TaskSource {
  readonly classes = 0

  /** Of the support set's points: evenly spaced for meta-training, random for an evaluation, as in the paper's own code. */
  constructor(private readonly spacing: 'even' | 'random') {}

  /** One wave: `shots` points to learn from, and `queries` evenly spaced ones to be asked about. */
  async draw(random: Random, { shots, queries }: Episode): Promise<Task<RegressionSupport>> {
    const amplitude = 0.1 + 4.9 * fraction(random)
    const phase = 2 * Math.PI * fraction(random)
    const wave = (xs: readonly number[]): RegressionSupport => ({
      kind: 'regression',
      inputs: xs.map((x) => Float32Array.of(x)),
      targets: xs.map((x) => Float32Array.of(amplitude * Math.sin(x + phase))),
    })
    const points =
      this.spacing === 'even'
        ? evenly(shots)
        : Array.from({ length: shots }, () => left + (right - left) * fraction(random))
    return { support: wave(points), queries: wave(evenly(queries)) }
  }
}

export function sineWaves(): DataSet {
  return {
    input: { kind: 'values', length: 1 },
    outputs: 1,
    training: new SineSource('even'),
    validation: new SineSource('random'),
    summary: `sine waves of amplitude 0.1 to 5 and any phase, between ${left} and ${right}`,
  }
}

/** Both ends among them; the middle where there is only one. */
function evenly(count: number): number[] {
  if (count === 1) return [(left + right) / 2]
  return Array.from({ length: count }, (_, i) => left + ((right - left) * i) / (count - 1))
}
