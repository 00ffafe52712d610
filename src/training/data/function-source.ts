/** Regression tasks from functions of which some points are known. */
import type { RegressionSupport } from '../../learner/learner.js'
import type { Random } from '../../learner/random.js'
import { below } from '../../learner/random.js'
import { at } from '../../program/program.js'
import type { Episode, Task, TaskSource } from '../task.js'
import { TrainingError } from '../training-error.js'
import { distinct } from './distinct.js'

export interface SampledFunction {
  readonly name: string
  /** One array a point, of the model's input size. */
  readonly inputs: readonly Float32Array[]
  /** One array a point, of the model's output size. */
  readonly targets: readonly Float32Array[]
}

export class FunctionSource implements TaskSource {
  readonly classes = 0

  constructor(readonly members: readonly SampledFunction[]) {}

  /** One function; `shots` of its points to learn from and `queries` others to be asked about. */
  async draw(random: Random, { shots, queries }: Episode): Promise<Task<RegressionSupport>> {
    const need = shots + queries
    const small = this.members.find(({ inputs }) => inputs.length < need)
    if (small) {
      const [asked, fewer] = queries > 0 ? [` and ${queries} queries`, ' or --queries'] : ['', '']
      throw new TrainingError(
        `The function ${small.name} has ${small.inputs.length} points where ${need} are needed (${shots} shots${asked}): ` +
          `add some to it, remove it, or lower --shots${fewer}.`,
      )
    }
    if (this.members.length === 0) {
      throw new TrainingError('There are no functions to draw tasks from: hold some out with data.split.validation.')
    }
    const { inputs, targets } = at(this.members, below(random, this.members.length))
    const points = distinct(random, inputs.length, need)
    const part = (indices: readonly number[]): RegressionSupport => ({
      kind: 'regression',
      inputs: indices.map((index) => at(inputs, index)),
      targets: indices.map((index) => at(targets, index)),
    })
    return { support: part(points.slice(0, shots)), queries: part(points.slice(shots)) }
  }
}
