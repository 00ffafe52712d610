/** Adaptations to put. */
import type { AskedSettings, Learned, NewAdaptation } from '../../src/store/adaptation-store.js'

export interface Made {
  readonly tenant?: string
  readonly id?: string
  readonly labels?: readonly string[]
  readonly weights?: number
  /** Tells one from another under the same key: every number in it depends on this. */
  readonly mark?: number
  readonly retention?: AskedSettings['retention']
  readonly createdAt?: number
  readonly expiresAt?: number
}

export function made(given: Made = {}): NewAdaptation {
  const { tenant = 't', id = 'a', labels = ['x', 'y'], weights = 4, mark = 1, retention = 'both' } = given
  const asked = { steps: undefined, learningRate: 0.1, seed: mark, ttlSeconds: undefined, retention }
  return {
    info: {
      tenant,
      id,
      model: 'm',
      modelDigest: 'd',
      labels,
      classes: labels.length,
      examples: labels.length,
      steps: 2,
      learningRate: 0.1,
      losses: [0.5 + mark, 0.1 + mark / 3],
      asked,
      createdAt: given.createdAt ?? 1000 + mark,
      expiresAt: given.expiresAt,
    },
    learned: {
      weights: Float32Array.from({ length: weights }, (_, i) => mark + i / 3),
      statistics: Float32Array.of(mark, mark / 7),
    },
    examples: { kind: 'labels', inputs: labels.map((_, i) => Float32Array.of(mark, i, -0.1)), labels },
  }
}

/** Bit for bit; comparing large arrays number by number takes the test runner seconds. */
export function sameNumbers(a: Learned | undefined, b: Learned): boolean {
  const same = (one: Float32Array, other: Float32Array): boolean =>
    Buffer.from(one.buffer, one.byteOffset, one.byteLength).equals(
      Buffer.from(other.buffer, other.byteOffset, other.byteLength),
    )
  return a !== undefined && same(a.weights, b.weights) && same(a.statistics, b.statistics)
}
