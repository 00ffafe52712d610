/** Few-shot classification tasks from classes of examples (paper, section 6.1). */
import type { ClassificationSupport } from '../../learner/learner.js'
import { below, type Random, seeded } from '../../learner/random.js'
import { at } from '../../program/program.js'
import type { Episode, Task, TaskSource } from '../task.js'
import { TrainingError } from '../training-error.js'
import { distinct } from './distinct.js'
import { type ExampleClass, smallestOf } from './example-class.js'

/** Another input of the same class, as another hand would have made it; the one given stays as it is. */
export type Vary = (input: Float32Array, random: Random) => Float32Array

export class ClassSource implements TaskSource {
  private readonly smallest: ExampleClass | undefined

  /** `members`: what tasks are drawn from. `vary`: applied to every drawn example on its own. */
  constructor(
    readonly members: readonly ExampleClass[],
    private readonly vary?: Vary,
  ) {
    this.smallest = smallestOf(members)
  }

  get classes(): number {
    return this.members.length
  }

  /**
   * `ways` different classes, `shots` examples of each to learn from and `queries` others to be asked about, class by class.
   * All random numbers are taken before anything is read: whoever draws from one sequence need not wait in between.
   */
  async draw(random: Random, episode: Episode): Promise<Task<ClassificationSupport>> {
    this.check(episode)
    const { ways, shots, queries } = episode
    const members = distinct(random, this.classes, ways).map((index) => at(this.members, index))
    const chosen = members.map((member) =>
      distinct(random, member.count, shots + queries).map((index) => {
        // Taken with and without augmentation: so both see the same tasks.
        const hand = below(random, 2 ** 31)
        return { member, index, hand }
      }),
    )
    const examples: Float32Array[][] = []
    // Class by class: a task of thousands of images would open as many files at once.
    for (const ofClass of chosen) {
      const reads = ofClass.map(async ({ member, index, hand }) => {
        const input = await member.read(index)
        return this.vary ? this.vary(input, seeded(hand)) : input
      })
      examples.push(await Promise.all(reads))
    }
    const part = (from: number, to: number): ClassificationSupport => ({
      kind: 'classification',
      classes: ways,
      inputs: examples.flatMap((inputs) => inputs.slice(from, to)),
      classOf: examples.flatMap((inputs, label) => inputs.slice(from, to).map(() => label)),
    })
    return {
      support: part(0, shots),
      queries: part(shots, shots + queries),
      names: members.map(({ name }) => name),
    }
  }

  /** Of all classes, not of the drawn ones: a class that is too small ends a run at its start and not after an hour. */
  private check({ ways, shots, queries }: Episode): void {
    if (ways < 2) throw new TrainingError(`A task needs classes to tell apart: ask for at least 2 ways, not ${ways}.`)
    if (ways > this.classes) {
      throw new TrainingError(
        `Tasks of ${ways} classes cannot be drawn from ${this.classes}: ask for fewer ways, or hold other classes out.`,
      )
    }
    const { smallest } = this
    if (smallest && smallest.count < shots + queries) {
      throw new TrainingError(
        `The class ${smallest.name} has ${smallest.count} examples where ${shots + queries} are needed (${shots} shots and ` +
          `${queries} queries): add some to it, remove it, or ask for fewer shots or queries.`,
      )
    }
  }
}
