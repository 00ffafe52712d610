/** Regularization of the inner loop: l1 * sum |w| + l2 / 2 * sum w^2 over the weights that adapt, but for biases and batch norms. */
import type { Artifact } from '../model/artifact.js'
import type { Builder } from '../program/builder.js'
import type { Value } from '../program/program.js'
import { type Parameters, parameter } from './matrices.js'
import type { ParameterLayout } from './parameters.js'

/** The sum over all clients, [1, 1, 1]; undefined where the model asks for none. */
export function penalty(
  b: Builder,
  { l1 = 0, l2 = 0 }: Artifact['innerLoop'],
  { adapted }: ParameterLayout,
  parameters: Parameters,
): Value | undefined {
  if (l1 === 0 && l2 === 0) return undefined
  const own = adapted.filter(({ name }) => name.endsWith('.weight')).map(({ name }) => parameter(parameters, name))
  const terms = own.flatMap((w) => [
    ...(l1 > 0 ? [total(b, b.scale(b.add(b.relu(w), b.relu(b.neg(w))), l1))] : []),
    ...(l2 > 0 ? [total(b, b.scale(b.mul(w, w), l2 / 2))] : []),
  ])
  return terms.reduce<Value | undefined>((sum, term) => (sum ? b.add(sum, term) : term), undefined)
}

function total(b: Builder, x: Value): Value {
  const axes = x.type.shape.map((_, axis) => axis)
  return b.reshape(b.sum(x, axes), [1, 1, 1])
}
