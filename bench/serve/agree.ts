/** Whether both servers do the same job: the same losses, step by step, and the same predictions. */
import { z } from 'zod'
import type { components } from '../../src/http/contract.gen.js'
import { easyTask, hardTask, questions } from './bodies.js'
import { ask } from './contender.js'

/** Of a probability; of a loss, relative where it is above 1. */
export const TOLERANCE = 1e-4

type AdaptRequest = components['schemas']['AdaptRequest']

const adapted = z.object({ losses: z.array(z.number()) })
const predicted = z.object({
  predictions: z.array(z.object({ scores: z.array(z.object({ label: z.string(), confidence: z.number() })) })),
})

/** Adapts and predicts on both; the largest difference. Heads alone (0 steps), then as measured. */
export async function largestDifference(ours: string, peer: string, steps: number): Promise<number> {
  const tasks = [easyTask('agree-0', 0), easyTask('agree-1', steps), hardTask('agree-2', 0), hardTask('agree-3', steps)]
  const differences: number[] = []
  for (const task of tasks) {
    const [a, b] = [await answersOf(ours, task), await answersOf(peer, task)]
    if (a.length !== b.length) throw new Error('ours and the peer do not answer alike')
    differences.push(...a.map((value, i) => Math.abs(value - (b[i] ?? Number.NaN)) / Math.max(1, Math.abs(value))))
  }
  return Math.max(...differences)
}

/** The losses, then the probability of each label for each question. */
async function answersOf(url: string, task: AdaptRequest): Promise<number[]> {
  const { losses } = adapted.parse(await ask(`${url}/adapt`, task))
  const { predictions } = predicted.parse(await ask(`${url}/predict`, questions(task.id ?? '')))
  const labels = task.examples.map((example) => ('label' in example ? example.label : ''))
  const confidences = predictions.flatMap(({ scores }) =>
    labels.map((label) => scores.find((score) => score.label === label)?.confidence ?? Number.NaN),
  )
  return [...losses, ...confidences]
}
