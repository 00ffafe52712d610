/** Small data to meta-train on: sine waves and patterns of blots. */
import { below, fraction, seeded } from '../../../src/learner/random.js'
import type { Artifact } from '../../../src/model/artifact.js'
import { at } from '../../../src/program/program.js'
import { type MetaSettings, metaSchema } from '../../../src/training/settings.js'
import type { Episode, Task, TaskSource } from '../../../src/training/task.js'
import { regressor } from '../../learner/small-models.js'

const list = <T>(length: number, make: (index: number) => T): T[] => Array.from({ length }, (_, index) => make(index))

/** Settings of a meta-training, and what is usual for everything else. */
export function metaSettings(
  settings: Pick<MetaSettings, 'ways' | 'shots' | 'batch' | 'steps' | 'learningRate'> & Partial<MetaSettings>,
): MetaSettings {
  return metaSchema.parse(settings)
}

export const sineModel: Artifact = {
  ...regressor({
    layers: [
      { type: 'dense', units: 32 },
      { type: 'tanh' },
      { type: 'dense', units: 32 },
      { type: 'tanh' },
      { type: 'dense', units: 1 },
    ],
    widths: [{ classes: 0, batch: 10, steps: 32, learningRate: 0.02 }],
  }),
  input: { kind: 'values', length: 1 },
}

/** The paper's sine waves (section 4.2): support and queries evenly spaced. */
export const sines: TaskSource = {
  classes: 0,
  draw: async (random, { shots, queries }) => {
    const [amplitude, phase] = [0.1 + 4.9 * fraction(random), 2 * Math.PI * fraction(random)]
    const wave = (points: number) => {
      const xs = list(points, (i) => -5 + (10 * (i + 0.5)) / points)
      return {
        kind: 'regression' as const,
        inputs: xs.map((x) => Float32Array.of(x)),
        targets: xs.map((x) => Float32Array.of(amplitude * Math.sin(x + phase))),
      }
    }
    return { support: wave(shots), queries: wave(queries) }
  },
}

/** `classes` random 4 x 4 patterns; an example is 8 x 8, one pattern and some noise. */
export function blots(seed: number, classes = 20): TaskSource {
  const pen = seeded(seed)
  const patterns = list(classes, () => Float32Array.from({ length: 16 }, () => Number(fraction(pen) < 0.4)))
  return {
    classes,
    draw: async (random, { ways, shots, queries }: Episode): Promise<Task> => {
      const labels = new Set<number>()
      while (labels.size < ways) labels.add(below(random, classes))
      const drawn = [...labels].map((label) => at(patterns, label))
      const examples = (count: number) => ({
        kind: 'classification' as const,
        classes: ways,
        classOf: list(ways * count, (example) => Math.floor(example / count)),
        inputs: drawn.flatMap((pattern) =>
          list(count, () =>
            Float32Array.from(
              { length: 64 },
              (_, i) => 0.4 * at(pattern, 4 * (i >> 4) + ((i & 7) >> 1)) + 0.6 * fraction(random),
            ),
          ),
        ),
      })
      return { support: examples(shots), queries: examples(queries) }
    },
  }
}
