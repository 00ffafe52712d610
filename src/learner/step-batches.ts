/** The mini-batches of a few inner steps in the form that the adapt program is fed with. */
import type { Tensors } from '../engine/engine.js'
import { type Artifact, inputSize } from '../model/artifact.js'
import { sizeOf } from '../program/program.js'
import { type AdaptShape, dropoutMasks } from './adapt-program.js'
import { outputSize } from './parameters.js'
import { fraction, type Random } from './random.js'

interface Masks {
  readonly rate: number
  readonly size: number
  readonly data: Float32Array
}

export class StepBatches {
  private constructor(
    private readonly inputSize: number,
    private readonly outputSize: number,
    private readonly x: Float32Array,
    private readonly y: Float32Array,
    private readonly masks: readonly Masks[],
    /** x, y and the masks of dropout layers. */
    readonly feeds: Tensors,
  ) {}

  /** Memory for `slice` steps of one client, with labels of 0. */
  static create(artifact: Artifact, { classes, batch, slice }: Omit<AdaptShape, 'clients'>): StepBatches {
    const [input, output] = [inputSize(artifact.input), outputSize(artifact, classes)]
    const x = new Float32Array(slice * batch * input)
    const y = new Float32Array(slice * batch * output)
    const masks = dropoutMasks(artifact, batch).map(({ name, rate, shape }) => {
      const size = sizeOf(shape)
      return { name, rate, size, shape: [slice, 1, ...shape], data: new Float32Array(slice * size) }
    })
    const feeds = {
      x: { shape: [slice, 1, batch, input], data: x },
      y: { shape: [slice, 1, batch, output], data: y },
      ...Object.fromEntries(masks.map(({ name, shape, data }) => [name, { shape, data }])),
    }
    return new StepBatches(input, output, x, y, masks, feeds)
  }

  /** Takes the labels of an earlier use away. */
  clear(): void {
    this.y.fill(0)
  }

  /** `row`: counted over all steps; `target`: the class, or the values of a regression. */
  put(row: number, input: Float32Array, target: number | Float32Array): void {
    this.x.set(input, row * this.inputSize)
    if (typeof target === 'number') this.y[row * this.outputSize + target] = 1
    else this.y.set(target, row * this.outputSize)
  }

  /** What dropout leaves of a step. */
  drawMasks(step: number, random: Random): void {
    for (const { data, rate, size } of this.masks)
      for (let i = step * size; i < (step + 1) * size; i++) data[i] = fraction(random) < rate ? 0 : 1 / (1 - rate)
  }
}

/** The factors (optimizers.ts, `rateOf`) of the next steps, at most `slice`, and how many they are. */
export function rateFeeds(slice: number, values: readonly number[]): Tensors {
  const rates = new Float32Array(slice)
  rates.set(values)
  return { rates: { shape: [slice, 1], data: rates }, steps: { shape: [], data: Int32Array.of(values.length) } }
}
