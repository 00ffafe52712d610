/** The two sizes of adaptations: hundreds of kilobytes, and some. */
import type { components } from '../../src/http/contract.gen.js'
import { hardTask, question } from '../serve/bodies.js'

type Contract = components['schemas']

export interface StoredKind {
  readonly name: string
  /** How many are stored by default. */
  readonly count: number
  /** Bytes on disk of one, about, its examples included. */
  readonly diskBytes: number
  readonly task: Contract['AdaptRequest']
  readonly question: (id: string) => Contract['PredictRequest']
}

export const storedKinds: readonly StoredKind[] = [
  { name: 'omniglot-conv4', count: 10_000, diskBytes: 500_000, task: hardTask('template', 5), question },
  {
    name: 'sine-mlp',
    count: 100_000,
    diskBytes: 25_000,
    task: {
      model: 'sine-mlp',
      id: 'template',
      examples: Array.from({ length: 10 }, (_, i) => ({ target: [Math.sin(i)], input: { values: [i - 5] } })),
      seed: 1,
    },
    question: (id) => ({ id, inputs: [{ values: [0.5] }] }),
  },
]
