/** Classes of images in memory, from which both sides' tasks are drawn. */
import type { ClassificationSupport } from '../../src/learner/learner.js'
import { below, type Random } from '../../src/learner/random.js'
import { at } from '../../src/program/program.js'
import type { Episode, Task, TaskSource } from '../../src/training/task.js'
import { makeTask } from '../inner/task.js'

const CLASSES = 100
const IMAGES = 20

export class ImagePool implements TaskSource {
  readonly classes = CLASSES
  private readonly images: readonly (readonly Float32Array[])[]

  constructor(seed: number) {
    // As many mini-batches as a class has images, one of every class in each.
    const { inputs } = makeTask({ classes: CLASSES, batch: CLASSES }, IMAGES, seed)
    const size = inputs.length / (CLASSES * IMAGES)
    this.images = Array.from({ length: CLASSES }, (_, label) =>
      Array.from({ length: IMAGES }, (_, image) => {
        const start = (image * CLASSES + label) * size
        return inputs.slice(start, start + size)
      }),
    )
  }

  async draw(random: Random, { ways, shots, queries }: Episode): Promise<Task> {
    const drawn = different(random, this.images, ways).map((images) => different(random, images, shots + queries))
    return { support: part(drawn, 0, shots), queries: part(drawn, shots, shots + queries) }
  }
}

function part(drawn: readonly (readonly Float32Array[])[], from: number, to: number): ClassificationSupport {
  return {
    kind: 'classification',
    classes: drawn.length,
    inputs: drawn.flatMap((images) => images.slice(from, to)),
    classOf: drawn.flatMap((images, label) => images.slice(from, to).map(() => label)),
  }
}

/** `count` different items, in random order. */
function different<T>(random: Random, items: readonly T[], count: number): T[] {
  const indices = new Set<number>()
  while (indices.size < count) indices.add(below(random, items.length))
  return [...indices].map((index) => at(items, index))
}
