/** What a client's model says of one input. */
export type Prediction = ValuesPrediction | LabelPrediction

export interface ValuesPrediction {
  readonly kind: 'values'
  /** The model's output. */
  readonly values: readonly number[]
}

export interface LabelPrediction {
  readonly kind: 'labels'
  readonly best: Score
  /** How many labels there are in all. */
  readonly ranked: number
  /** The best first. */
  readonly scores: readonly Score[]
}

export interface Score {
  readonly label: string
  /** 0 to 1, six digits after the point: what 32-bit floats can tell. */
  readonly confidence: number
}

/** `probabilities`: one a label; `topK`: how many to list. Ties go to the label that appeared first. */
export function rankLabels(probabilities: Float32Array, labels: readonly string[], topK: number): LabelPrediction {
  const scores = labels
    .map((label, i) => ({ label, confidence: rounded(probabilities[i] ?? 0) }))
    .sort((a, b) => b.confidence - a.confidence)
  const [best] = scores
  if (!best) throw new RangeError('There are no labels to rank.')
  return { kind: 'labels', best, ranked: scores.length, scores: scores.slice(0, topK) }
}

function rounded(probability: number): number {
  return Math.min(1, Math.round(probability * 1e6) / 1e6)
}
