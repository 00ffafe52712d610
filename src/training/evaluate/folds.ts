/** Cross-validation over training classes: each is held out once, and no fold is measured on a class that it was trained on. */
import { derived, seeded, shuffled } from '../../learner/random.js'
import { augmenter } from '../data/augment.js'
import { ClassSource } from '../data/class-source.js'
import type { DataSet } from '../data/data-set.js'
import { FunctionSource } from '../data/function-source.js'
import { withRotations } from '../data/rotations.js'
import type { DataSettings } from '../settings.js'
import type { TaskSource } from '../task.js'
import { TrainingError } from '../training-error.js'

export interface Fold {
  /** With augmentation. */
  readonly training: TaskSource
  /** Without. */
  readonly validation: TaskSource
}

/**
 * `count` folds of a data set's training classes (or functions), drawn by the seed; its own held-out classes are in none of them.
 * Sine waves are drawn anew for every task: there is nothing to divide. Throws TrainingError for too few classes.
 */
export function foldsOf(settings: DataSettings, data: DataSet, count: number, seed: number): Fold[] {
  if (!Number.isSafeInteger(count) || count < 2)
    throw new TrainingError(`Cross-validation needs at least 2 folds, not ${count}.`)
  const { training, validation, input } = data
  if (training instanceof FunctionSource)
    return divided(training.members, count, seed).map((fold) => ({
      training: new FunctionSource(fold.training),
      validation: new FunctionSource(fold.validation),
    }))
  if (!(training instanceof ClassSource)) return Array.from({ length: count }, () => ({ training, validation }))
  const augmentation = 'augmentation' in settings ? settings.augmentation : undefined
  const spec = augmentation?.rotations && input.kind === 'image' ? input : undefined
  // A class and its rotations belong together: they would tell each other's secrets.
  const classes = spec ? training.members.filter((_, index) => index % ROTATIONS === 0) : training.members
  const vary = augmentation && augmenter(augmentation, input)
  return divided(classes, count, seed).map((fold) => ({
    training: new ClassSource(spec ? withRotations(fold.training, spec) : fold.training, vary),
    validation: new ClassSource(fold.validation),
  }))
}

/** Upright and turned, one behind the other (data/rotations.ts). */
const ROTATIONS = 4

/** Held-out parts are equal in size but for one. */
function divided<T>(items: readonly T[], count: number, seed: number): { training: T[]; validation: T[] }[] {
  if (items.length < 2 * count)
    throw new TrainingError(
      `${items.length} classes cannot be divided into ${count} folds of at least 2: ask for fewer folds or find more data.`,
    )
  const order = shuffled(seeded(derived(seed)), items)
  return Array.from({ length: count }, (_, fold) => ({
    training: order.filter((_, place) => place % count !== fold),
    validation: order.filter((_, place) => place % count === fold),
  }))
}
