/**
 * A head that knows what classes are like. The features of a class are taken as normal around the class's mean, and the
 * means of all classes as normal, too, around the mean feature; along each of the axes in which the training data's class
 * means vary independently both variances are known. After a few examples the mean of a new class is normal in its turn,
 * and so is a query of it. Queries are taken to vary alike in all classes of a task, so that their log-likelihood is, but for a
 * term that all classes share, linear in the feature: the row and bias of a head. (Two-covariance model of classes, as in
 * probabilistic linear discriminant analysis: Ioffe 2006; Brümmer and de Villiers 2010, "The speaker partitioning problem".)
 */
import type { Artifact, NamedShape } from '../model/artifact.js'
import { Builder } from '../program/builder.js'
import type { Program } from '../program/program.js'
import { asColumn, asRow, parameter } from './matrices.js'
import { featureSize, sizeOfAll, splitParameters } from './parameters.js'

/** How the model's heads know classes; undefined where they do not. */
export function gaussianOf({ head }: Artifact) {
  return head?.kind === 'prototypes' ? head.gaussian : undefined
}

/** What a head may be told of the training data's classes, in the order of its flat vector; nothing where it is not. */
export function classTensors(artifact: Artifact): NamedShape[] {
  if (!gaussianOf(artifact)) return []
  const size = featureSize(artifact)
  return [
    { name: 'head.mean', shape: [size] },
    // One axis a column; they are orthonormal.
    { name: 'head.axes', shape: [size, size] },
    // Variances along each axis: of the examples of a class, of the means of classes.
    { name: 'head.within', shape: [size], sign: 'positive' },
    { name: 'head.between', shape: [size], sign: 'not negative' },
  ]
}

/**
 * Feeds: classes[1, size of the tensors above], prototypes[1,C,F], shots[1,C] (the examples of each class, 1 or more), and
 * shares[1,C]: 1 / the number of classes, 0 in rows that have none. Results: weight[1,C,F] and bias[1,C].
 *
 * With n shots, a prototype that lies p from the mean feature along an axis of variances w within and b between classes tells of
 * a class mean m = p b / (b + w/n), known but for a variance of w b / (n b + w); a query has the variance v = w + that, of
 * which the mean over classes is taken: with one for each of them, a class of one example would lose every doubtful query to
 * those of ten. The logit of a query at x from the mean is temper * (x m / v - m^2 / 2v), summed over axes.
 */
export function gaussianHeadProgram(artifact: Artifact, classes: number): Program {
  const { temper } = gaussianOf(artifact) ?? {}
  if (temper === undefined) throw new Error(`the heads of ${artifact.name} know no classes`)
  const tensors = classTensors(artifact)
  const size = featureSize(artifact)
  const b = new Builder()
  const known = splitParameters(b, b.keptParam('classes', [1, sizeOfAll(tensors)]), tensors)
  const row = (name: string) => asRow(b, parameter(known, name))
  const [mean, within, between] = [row('head.mean'), row('head.within'), row('head.between')]
  const axes = parameter(known, 'head.axes')
  const prototypes = b.param('prototypes', [1, classes, size])
  const shots = asColumn(b, b.param('shots', [1, classes]))
  const shares = asColumn(b, b.param('shares', [1, classes]))

  const along = b.matmul(b.sub(prototypes, mean), axes)
  const seen = b.mul(shots, between)
  const all = b.add(seen, within)
  const expected = b.div(b.mul(along, seen), all)
  const variances = b.add(within, b.div(b.mul(within, between), all))
  const variance = b.sum(b.mul(shares, variances), [1])
  const rows = b.scale(b.div(expected, variance), temper)
  const weight = b.matmul(rows, axes, { transB: true })
  const bias = b.add(b.scale(b.sum(b.mul(expected, rows), [2]), 0.5), b.sum(b.mul(weight, mean), [2]))
  return b.build({ weight, bias: b.reshape(b.neg(bias), [1, classes]) })
}
