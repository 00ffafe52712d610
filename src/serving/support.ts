/** From the examples of a client to the learner's support set: labels, which are any texts, become class numbers. */
import type { SupportSet } from '../learner/learner.js'
import { type Artifact, inputSize } from '../model/artifact.js'
import type { Examples } from '../store/adaptation-store.js'
import { outputSize } from './served-model.js'
import { ServingError } from './serving-error.js'

export type { Examples }

const mostClasses = 100

/** The different labels in order of first appearance: a label's class is its position. Empty for regression. */
export function labelsOf(examples: Examples): string[] {
  return examples.kind === 'labels' ? [...new Set(examples.labels)] : []
}

/** Throws ServingError `unfit-examples` for fewer than 2 and more than 100 classes. */
export function supportSet(examples: Examples, labels: readonly string[]): SupportSet {
  if (examples.kind === 'targets') return { kind: 'regression', inputs: examples.inputs, targets: examples.targets }
  if (labels.length < 2 || labels.length > mostClasses) {
    throw new ServingError(
      { code: 'unfit-examples' },
      `The number of different labels is ${labels.length}; send examples of 2 to ${mostClasses}.`,
    )
  }
  const classOfLabel = new Map(labels.map((label, index) => [label, index]))
  const classOf = examples.labels.map((label) => classOfLabel.get(label) ?? 0)
  return { kind: 'classification', inputs: examples.inputs, classOf, classes: labels.length }
}

/** Whether the model takes examples of this kind and these sizes. */
export function fits(examples: Examples, artifact: Artifact): boolean {
  const inputs = inputSize(artifact.input)
  if (examples.inputs.some(({ length }) => length !== inputs)) return false
  if (examples.kind === 'labels') return artifact.task === 'classification'
  const outputs = outputSize(artifact)
  return artifact.task === 'regression' && examples.targets.every(({ length }) => length === outputs)
}

/** First the one, then the other. Both are of one kind: that of the model's task. */
export function joined(before: Examples, more: Examples): Examples {
  const inputs = [...before.inputs, ...more.inputs]
  if (before.kind === 'labels' && more.kind === 'labels')
    return { kind: 'labels', inputs, labels: [...before.labels, ...more.labels] }
  if (before.kind === 'targets' && more.kind === 'targets')
    return { kind: 'targets', inputs, targets: [...before.targets, ...more.targets] }
  throw new TypeError('Examples with labels and examples with targets cannot be joined.')
}
