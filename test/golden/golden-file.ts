/** golden.json as golden.py writes it. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'

const summarySchema = z.strictObject({
  shape: z.array(z.int()),
  norm: z.number(),
  sum: z.number(),
  /** Element numbers floor(i n / 8), or all where there are no more than 8. */
  elements: z.array(z.number()).max(8),
})
const namedSchema = summarySchema.extend({ name: z.string() })

const caseSchema = z.strictObject({
  /** 0 for regression. */
  classes: z.int(),
  examples: z.int(),
  queries: z.int(),
  seed: z.int(),
  learningRate: z.number(),
  /** The example numbers of each step's mini-batch. */
  batches: z.array(z.array(z.int())),
  head: z.array(namedSchema),
  losses: z.array(z.number()),
  weights: z.array(namedSchema),
  secondMoments: z.array(namedSchema),
  statistics: z.array(z.strictObject({ layer: z.int(), mean: summarySchema, variance: summarySchema })),
  predictions: z.array(z.array(z.number())),
})

const goldenSchema = z.strictObject({
  formatVersion: z.literal(1),
  command: z.string(),
  torch: z.string(),
  weightsSha256: z.string(),
  cases: z.array(caseSchema).min(1),
})

export type Summary = z.infer<typeof summarySchema>
export type GoldenCase = z.infer<typeof caseSchema>

export async function readGolden(folder: string): Promise<z.infer<typeof goldenSchema>> {
  return goldenSchema.parse(JSON.parse(await readFile(`${folder}/golden.json`, 'utf8')))
}
