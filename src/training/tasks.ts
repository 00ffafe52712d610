/** Tasks drawn at random: few-shot classification from classes of images, and the paper's sine waves. */
import type { ClassificationSupport, RegressionSupport, SupportSet } from '../learner/learner.js'
import { fraction, type Random } from '../learner/random.js'
import { type ImageClass, sample } from './image-folder.js'

/** A support set and, for measuring, queries that are not in it. */
export interface Task<S extends SupportSet = SupportSet> {
  readonly support: S
  readonly queries: S
}

/** `ways` classes with `shots` examples each to learn from and `queries` each to be asked about. */
export function drawImageTask(
  random: Random,
  classes: readonly ImageClass[],
  ways: number,
  shots: number,
  queries: number,
): Task<ClassificationSupport> {
  const drawn = sample(random, classes, ways).map((images) => sample(random, images, shots + queries))
  const part = (from: number, to: number): ClassificationSupport => ({
    kind: 'classification',
    classes: ways,
    inputs: drawn.flatMap((images) => images.slice(from, to)),
    classOf: drawn.flatMap((images, label) => images.slice(from, to).map(() => label)),
  })
  return { support: part(0, shots), queries: part(shots, shots + queries) }
}

const LEFT = -5
const RIGHT = 5

/**
 * A sine wave of amplitude 0.1 to 5 and any phase, on -5 to 5: `points` of it to learn from (evenly spaced for meta-training,
 * at random for an evaluation, as in the paper's own code) and 50 evenly spaced ones to be asked about.
 */
export function drawSineTask(random: Random, points: number, spacing: 'even' | 'random'): Task<RegressionSupport> {
  const amplitude = 0.1 + 4.9 * fraction(random)
  const phase = 2 * Math.PI * fraction(random)
  const wave = (xs: readonly number[]): RegressionSupport => ({
    kind: 'regression',
    inputs: xs.map((x) => Float32Array.of(x)),
    targets: xs.map((x) => Float32Array.of(amplitude * Math.sin(x + phase))),
  })
  const even = (count: number) => Array.from({ length: count }, (_, i) => LEFT + ((RIGHT - LEFT) * i) / (count - 1))
  const drawn =
    spacing === 'even' ? even(points) : Array.from({ length: points }, () => LEFT + (RIGHT - LEFT) * fraction(random))
  return { support: wave(drawn), queries: wave(even(50)) }
}
