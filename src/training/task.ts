/** Tasks, which meta-training and evaluation draw at random: what the paper calls tau, the field an episode. */
import type { SupportSet } from '../learner/learner.js'
import type { Random } from '../learner/random.js'

/** A support set and, for measuring, queries that are not in it. */
export interface Task<S extends SupportSet = SupportSet> {
  readonly support: S
  readonly queries: S
  /** What its classes are called, in the order of their numbers, where the source has names for them (for reports). */
  readonly names?: readonly string[] | undefined
}

/** What a task consists of. */
export interface Episode {
  /** Classes; 0 for regression. */
  readonly ways: number
  /** Examples of each class in the support set; of the one function, for regression. */
  readonly shots: number
  /** Examples of each class to be asked about. */
  readonly queries: number
}

/** Gives tasks: the same random numbers give the same task. */
export interface TaskSource {
  /** How many classes there are to draw from; 0 for regression. */
  readonly classes: number
  /** Throws TrainingError where the source has too few classes, or a class too few examples, for the episode. */
  draw(random: Random, episode: Episode): Promise<Task>
}
