/** What a head may know of the training data's classes (learner/gaussian-head.ts), from the features of some of them. */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { classMeans } from '../learner/head.js'
import { concatenated } from '../learner/vectors.js'
import { at } from '../program/program.js'

/** Few classes do not show how all others differ: variances between them are drawn to their mean as by so many more for each feature. */
const ASSUMED = 0.1

/** Along an axis in which examples of a class were all alike they will not stay so: at least this share of the mean of all variances. */
const LEAST = 0.01
/** Where nothing varies at all. */
const NONE = 1e-30

/** Features of examples of classes; a class may have been drawn more than once, and is then two. */
export interface DrawnClasses {
  readonly features: readonly Float32Array[]
  /** Which of the drawn classes an example is of: each has two or more, all equally many. */
  readonly classOf: readonly number[]
  readonly drawn: number
  /** How many of them are different at most. */
  readonly different: number
}

/** Mean [F], axes [F,F], variances within and between classes [F] one behind the other; `shrinkage` as in model.json. */
export function classDistribution(
  { features, classOf, drawn, different }: DrawnClasses,
  shrinkage: number,
): Float32Array {
  const prototypes = new Matrix(classMeans(features, classOf, drawn).map((mean) => [...mean]))
  const mean = prototypes.mean('column')
  const { axes, variances } = principalAxes(prototypes.clone().subRowVector(mean))
  const within = variancesWithin(features, classOf, prototypes, axes)
  // A prototype has beside its class's mean a share of what varies within the class.
  const shots = features.length / drawn
  const between = variances.map((variance, axis) => Math.max(0, variance - at(within, axis) / shots))
  const least = NONE + LEAST * (average(within) + average(between))
  const [seen, assumed] = [Math.min(drawn, different), ASSUMED * mean.length]
  return concatenated(
    Float32Array.from(mean),
    Float32Array.from(axes.to1DArray()),
    Float32Array.from(within, (variance) => Math.max(least, variance + shrinkage * average(within))),
    Float32Array.from(between, (variance) => (seen * variance + assumed * average(between)) / (seen + assumed)),
  )
}

/** Orthonormal, one a column, and the variance of centred rows along each. */
function principalAxes(centred: Matrix): { axes: Matrix; variances: number[] } {
  const covariance = centred
    .transpose()
    .mmul(centred)
    .div(centred.rows - 1)
  const found = new EigenvalueDecomposition(covariance, { assumeSymmetric: true })
  return { axes: found.eigenvectorMatrix, variances: found.realEigenvalues }
}

/** Of examples around their prototypes, along each axis. */
function variancesWithin(
  features: readonly Float32Array[],
  classOf: readonly number[],
  prototypes: Matrix,
  axes: Matrix,
): number[] {
  const centred = new Matrix(
    features.map((feature, example) =>
      Array.from(feature, (value, i) => value - prototypes.get(at(classOf, example), i)),
    ),
  )
  const squares = centred.mmul(axes).pow(2).sum('column')
  return squares.map((sum) => sum / (features.length - prototypes.rows))
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
