/** Training examples as another hand would have made them. */
import type { ImageSpec } from '../../codec/decode-image.js'
import { fraction, type Random } from '../../learner/random.js'
import type { InputSpec } from '../../model/artifact.js'
import type { Augmentation } from '../settings.js'
import { TrainingError } from '../training-error.js'
import { affine } from './affine.js'
import type { Vary } from './class-source.js'
import { strokeWidth } from './stroke-width.js'

/** Undefined where nothing is to be done. Throws TrainingError for what the input does not lend itself to. */
export function augmenter(settings: Augmentation, input: InputSpec): Vary | undefined {
  check(settings, input)
  const steps: Vary[] = []
  if (input.kind === 'image') {
    if (settings.shift > 0 || settings.scale > 0 || settings.turn > 0) steps.push(moved(settings, input))
    if (settings.stroke > 0) {
      steps.push((image, random) => legible(image, strokeWidth(image, input, around(random, settings.stroke))))
    }
  }
  if (settings.noise > 0) steps.push(noisy(settings.noise, input))
  if (steps.length === 0) return undefined
  return (example, random) => steps.reduce((varied, step) => step(varied, random), example)
}

function check({ rotations, shift, scale, turn, stroke }: Augmentation, input: InputSpec): void {
  if (input.kind === 'values' && (rotations || shift || scale || turn || stroke)) {
    throw new TrainingError('Values can be augmented by noise alone: leave the rest of data.augmentation out.')
  }
  if (input.kind === 'image' && input.polarity !== 'ink' && stroke) {
    throw new TrainingError('Only drawings have strokes: leave data.augmentation.stroke out, or set polarity to ink.')
  }
}

function moved({ shift, scale, turn }: Augmentation, spec: ImageSpec): Vary {
  return (image, random) =>
    affine(image, spec, {
      right: around(random, shift),
      down: around(random, shift),
      turn: (around(random, turn) * Math.PI) / 180,
      scale: 1 + around(random, scale),
    })
}

/** Strokes that are thinner than what is to be taken off them would be gone, and a blank sheet teaches nothing. */
function legible(image: Float32Array, varied: Float32Array): Float32Array {
  return strongest(varied) < strongest(image) / 2 ? image : varied
}

function strongest(image: Float32Array): number {
  let most = 0
  for (const ink of image) if (ink > most) most = ink
  return most
}

/** Images stay between 0 and 1, as every served one does. */
function noisy(deviation: number, { kind }: InputSpec): Vary {
  return (example, random) => {
    const shaken = example.slice()
    addNormal(shaken, deviation, random)
    return kind === 'image' ? shaken.map((value) => (value < 0 ? 0 : value > 1 ? 1 : value)) : shaken
  }
}

/** Evenly distributed, at most `spread` to each side. */
function around(random: Random, spread: number): number {
  return (2 * fraction(random) - 1) * spread
}

/** Numbers of mean 0 and that deviation, two at a time (Box and Muller). */
function addNormal(values: Float32Array, deviation: number, random: Random): void {
  for (let i = 0; i < values.length; i += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - fraction(random)))
    const angle = 2 * Math.PI * fraction(random)
    values[i] = (values[i] ?? 0) + radius * Math.cos(angle)
    // One too many is dropped: beyond the end nothing is written.
    values[i + 1] = (values[i + 1] ?? 0) + radius * Math.sin(angle)
  }
}
