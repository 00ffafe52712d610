/** Sources of tasks small enough for tests: classes of blots on 8 x 8 pixels, and straight lines of two numbers. */

import type { ClassificationSupport, RegressionSupport } from '../../../src/learner/learner.js'
import { below, derived, fraction, seeded, shuffled } from '../../../src/learner/random.js'
import type { TaskSource } from '../../../src/training/task.js'

/** `members`: the classes it draws from, by number; each is a pattern of its own, and every image of it has noise of its own. */
export class Blots implements TaskSource {
  constructor(
    private readonly members: readonly number[],
    private readonly noise = 0.6,
  ) {}

  get classes(): number {
    return this.members.length
  }

  async draw(random: ReturnType<typeof seeded>, { ways, shots, queries }: Parameters<TaskSource['draw']>[1]) {
    const chosen = shuffled(random, this.members).slice(0, ways)
    const part = (count: number): ClassificationSupport => ({
      kind: 'classification',
      classes: ways,
      classOf: chosen.flatMap((_, label) => Array.from({ length: count }, () => label)),
      inputs: chosen.flatMap((member) => Array.from({ length: count }, () => this.image(random, member))),
    })
    return { support: part(shots), queries: part(queries), names: chosen.map(String) }
  }

  private image(random: ReturnType<typeof seeded>, member: number): Float32Array {
    const own = seeded(derived(77, member))
    const cells = Float32Array.from({ length: 16 }, () => Number(fraction(own) < 0.4))
    return Float32Array.from(
      { length: 64 },
      (_, i) => (1 - this.noise) * (cells[4 * (i >> 4) + ((i & 7) >> 1)] ?? 0) + this.noise * fraction(random),
    )
  }
}

export function blots(classes: number, noise?: number): Blots {
  return new Blots(
    Array.from({ length: classes }, (_, member) => member),
    noise,
  )
}

/** Lines y = (a + b) x1, b x2 - a of two numbers each: what `regressor` of small-models.ts takes and gives. */
export const lines: TaskSource = {
  classes: 0,
  async draw(random, { shots, queries }) {
    const [a, b] = [fraction(random), below(random, 3)]
    const part = (count: number): RegressionSupport => {
      const inputs = Array.from({ length: count }, () => Float32Array.of(fraction(random), fraction(random)))
      const targets = inputs.map(([x = 0, y = 0]) => Float32Array.of((a + b) * x, b * y - a))
      return { kind: 'regression', inputs, targets }
    }
    return { support: part(shots), queries: part(queries) }
  },
}
