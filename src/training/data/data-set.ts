/** Data to meta-train on, whatever it comes from. */
import type { InputSpec } from '../../model/artifact.js'
import type { TaskSource } from '../task.js'

export interface DataSet {
  /** What a model of it takes. */
  readonly input: InputSpec
  /** The size of a regression's output; undefined for classification. */
  readonly outputs: number | undefined
  /** For meta-training, with its augmentation. */
  readonly training: TaskSource
  /** Classes (or functions) that training never sees, for choosing settings; without augmentation. */
  readonly validation: TaskSource
  /** Where the data bring classes of their own for the last measurement; nothing is chosen on them. */
  readonly test?: TaskSource | undefined
  /** What was found, in a sentence: "1200 classes with 20 images each, 100 of them held out". */
  readonly summary: string
  /** What a client of the trained model has to know of the data, for the model's provenance: the targets of a regression. */
  readonly provenance?: Record<string, unknown> | undefined
}
