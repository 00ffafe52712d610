/** A data set from classes: divided, and augmented where it is for training. */
import type { InputSpec } from '../../model/artifact.js'
import type { Augmentation } from '../settings.js'
import { augmenter } from './augment.js'
import { ClassSource } from './class-source.js'
import type { DataSet } from './data-set.js'
import { countsOf, type ExampleClass } from './example-class.js'
import { withRotations } from './rotations.js'
import type { Split } from './split.js'

/** `what`: an example is called in the summary, "images". Throws TrainingError for an augmentation that does not fit. */
export function classDataSet(
  input: InputSpec,
  { training, validation }: Split<ExampleClass>,
  augmentation: Augmentation,
  what: string,
): DataSet {
  const vary = augmenter(augmentation, input)
  const turned = augmentation.rotations && input.kind === 'image' ? withRotations(training, input) : training
  const all = [...training, ...validation]
  const rotations = turned === training ? '' : `, with rotations ${turned.length} to train on`
  return {
    input,
    outputs: undefined,
    training: new ClassSource(turned, vary),
    validation: new ClassSource(validation),
    summary: `${all.length} classes with ${countsOf(all)} ${what} each, ${validation.length} of them held out${rotations}`,
  }
}
