/** What answers say, as far as the ledger can check it. */
import { z } from 'zod'

const version = z.int().min(1)

export const seenAdaptation = z.object({
  id: z.string(),
  model: z.string(),
  version,
  examples: z.int(),
  seed: z.int(),
  retention: z.enum(['both', 'weights', 'examples']),
  expiresAt: z.string().optional(),
})
export type SeenAdaptation = z.infer<typeof seenAdaptation>

const labelled = z.object({ scores: z.array(z.object({ label: z.string(), confidence: z.number() })) })
const values = z.object({ values: z.array(z.number()) })
const prediction = z.union([labelled, values])
export type SeenPrediction = z.infer<typeof prediction>

export const seenPredictions = z.object({ id: z.string(), version, predictions: z.array(prediction) })
export type SeenPredictions = z.infer<typeof seenPredictions>

export const seenPage = z.object({ adaptations: z.array(seenAdaptation), next: z.string().optional() })

/** Relative to numbers above 1, absolute below. */
const tolerance = 1e-5

export function alike(seen: readonly SeenPrediction[], right: readonly SeenPrediction[]): boolean {
  return seen.length === right.length && seen.every((one, place) => alikeOne(one, right[place]))
}

function alikeOne(seen: SeenPrediction, right: SeenPrediction | undefined): boolean {
  if (!right) return false
  if ('values' in seen) {
    return (
      'values' in right &&
      seen.values.length === right.values.length &&
      seen.values.every((v, i) => close(v, right.values[i]))
    )
  }
  if ('values' in right || seen.scores.length !== right.scores.length) return false
  const rightScores = new Map(right.scores.map(({ label, confidence }) => [label, confidence]))
  return seen.scores.every(({ label, confidence }) => close(confidence, rightScores.get(label)))
}

function close(seen: number, right: number | undefined): boolean {
  return right !== undefined && Math.abs(seen - right) <= tolerance * Math.max(1, Math.abs(right))
}
