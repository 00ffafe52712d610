/** What a client's model says of one input. */
export type Prediction =
  | { readonly kind: 'values'; readonly values: readonly number[] }
  /** The best first, at least one. */
  | { readonly kind: 'labels'; readonly scores: readonly Score[] }

export interface Score {
  readonly label: string
  /** 0 to 1, six digits after the point: what 32-bit floats can tell. */
  readonly confidence: number
}

/** `probabilities`: one a label. Ties go to the label that appeared first. */
export function rankLabels(probabilities: Float32Array, labels: readonly string[], topK: number): Score[] {
  return labels
    .map((label, i) => ({ label, confidence: probabilities[i] ?? 0 }))
    .sort((a, b) => b.confidence - a.confidence)
    .slice(0, topK)
    .map(({ label, confidence }) => ({ label, confidence: Math.min(1, Math.round(confidence * 1e6) / 1e6) }))
}
